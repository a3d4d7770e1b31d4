package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.RemoteManager;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Is the manager of a unit that another process serves. */
@Command(
        name = "manage",
        mixinStandardHelpOptions = true,
        versionProvider = PmuVersion.class,
        showDefaultValues = true,
        description = {
            "Manages a unit that is served with --bridge-listen, until it gets SIGTERM or SIGINT or the unit is gone. "
                    + "The users are those in PATH.users beside the key.",
            "Replaces the manager that the unit has, if there is one: that one's keys are revoked, and clients connect "
                    + "anew. Prints a line, 'managing ...', when it is ready."
        })
final class ManageCommand implements Callable<Integer> {

    @Parameters(paramLabel = "BRIDGE", description = "Where the unit listens for managers, HOST:PORT.")
    private ListenAddress bridge;

    @Option(names = "--key", required = true, paramLabel = "FILE", description = "The unit's manager key, PATH.key.")
    private Path key;

    @Mixin
    private ManagerOptions manager;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws PmuException, InterruptedException {
        RemoteManager running =
                RemoteManager.start(bridge.resolve(), key, manager.unitOptions(() -> UnitLimits.DEFAULT));
        Thread stop = new Thread(running::close, "pmu-shutdown");
        Runtime.getRuntime().addShutdownHook(stop);
        PrintWriter out = spec.commandLine().getOut();
        out.println("managing the unit at " + bridge + ", boot " + running.bootNumber());
        out.flush();
        String reason = running.awaitEnd();
        throw new PmuException(
                ErrorCode.CONNECTION_LOST, "the session with the unit at " + bridge + " has ended: " + reason);
    }
}
