package org.pmuconnector.daemon;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.RemoteManager;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.manager.ManagerKey;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Gives a unit another manager's key. */
@Command(
        name = "rotate-key",
        mixinStandardHelpOptions = true,
        versionProvider = PmuVersion.class,
        description = {
            "Draws a new key for a unit's manager. The old one is refused from then on.",
            "Of a unit that nobody serves: rotate-key PATH. Of one that is served with --bridge-listen: rotate-key "
                    + "--bridge HOST:PORT --key FILE; its manager ends and is to be started again.",
            "A rotation that is cut short leaves a key beside the old one, FILE.next; whoever starts the unit or its "
                    + "manager next finds the one that counts."
        })
final class RotateKeyCommand implements Callable<Integer> {

    @ArgGroup(multiplicity = "1")
    private Which which;

    private static final class Which {

        @Parameters(paramLabel = "PATH", description = "The file of a unit that nobody serves.")
        private Path path;

        @ArgGroup(exclusive = false)
        private Served served;
    }

    private static final class Served {

        @Option(
                names = "--bridge",
                required = true,
                paramLabel = "HOST:PORT",
                description = "Where the unit listens for managers.")
        private ListenAddress bridge;

        @Option(names = "--key", required = true, paramLabel = "FILE", description = "The unit's manager key.")
        private Path key;
    }

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws PmuException {
        Path keyFile;
        if (which.served == null) {
            Unit.rotateKey(which.path);
            keyFile = ManagerKey.fileOf(which.path);
        } else {
            RemoteManager.rotateKey(which.served.bridge.resolve(), which.served.key);
            keyFile = which.served.key;
        }
        spec.commandLine().getOut().println("rotated; " + keyFile + " has the new key");
        return 0;
    }
}
