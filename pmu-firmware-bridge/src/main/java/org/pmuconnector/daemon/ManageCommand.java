package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.RemoteManager;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.manager.AnonymousAccess;
import org.pmuconnector.pmu.manager.ManagerSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Is the manager of a unit that another process serves. */
@Command(
        name = "manage",
        mixinStandardHelpOptions = true,
        versionProvider = PmuVersion.class,
        showDefaultValues = true,
        description = {
            "Manages a unit that is served with --bridge-listen, until it gets SIGTERM or SIGINT or the unit is gone.",
            "Replaces the manager that the unit has, if there is one: that one's keys are revoked, and clients connect "
                    + "anew. Prints a line, 'managing ...', when it is ready."
        })
final class ManageCommand implements Callable<Integer> {

    @Parameters(paramLabel = "BRIDGE", description = "Where the unit listens for managers, HOST:PORT.")
    private ListenAddress bridge;

    @Option(names = "--key", required = true, paramLabel = "FILE", description = "The unit's manager key, PATH.key.")
    private Path key;

    @Option(
            names = "--lease-millis",
            paramLabel = "N",
            defaultValue = "3000",
            description = "How long an instance whose session is silent counts as alive, 100 to 600000.")
    private int leaseMillis;

    @Option(
            names = "--reconnect-grace-millis",
            paramLabel = "N",
            defaultValue = "0",
            description = "How long an instance whose session has ended counts as alive, 0 to 600000.")
    private int reconnectGraceMillis;

    @Option(
            names = "--allow-anonymous",
            description = "Let in those who do not log in, too. Only where the unit listens on a loopback address. The "
                    + "users are those in PATH.users beside the key.")
    private boolean allowAnonymous;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws PmuException, InterruptedException {
        RemoteManager manager = RemoteManager.start(
                bridge.resolve(),
                key,
                UnitOptions.of(settings())
                        .withAnonymous(allowAnonymous ? AnonymousAccess.ORDINARY : AnonymousAccess.REFUSED));
        Thread stop = new Thread(manager::close, "pmu-shutdown");
        Runtime.getRuntime().addShutdownHook(stop);
        PrintWriter out = spec.commandLine().getOut();
        out.println("managing the unit at " + bridge + ", boot " + manager.bootNumber());
        out.flush();
        String reason = manager.awaitEnd();
        throw new PmuException(
                ErrorCode.CONNECTION_LOST, "the session with the unit at " + bridge + " has ended: " + reason);
    }

    private ManagerSettings settings() {
        try {
            return new ManagerSettings(leaseMillis, reconnectGraceMillis, true, UnitLimits.DEFAULT);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
