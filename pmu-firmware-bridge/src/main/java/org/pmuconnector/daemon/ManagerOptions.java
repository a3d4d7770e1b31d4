package org.pmuconnector.daemon;

import java.util.function.Supplier;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.manager.AnonymousAccess;
import org.pmuconnector.pmu.manager.ManagerSettings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** How a manager treats instances and those who do not log in, wherever it runs. */
final class ManagerOptions {

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
            description =
                    "Let in those who do not log in, too. Only where the unit listens on a loopback address; they may "
                            + "create regions, and do everything with those that were created so.")
    private boolean allowAnonymous;

    @Spec(Target.MIXEE)
    private CommandSpec command;

    boolean isAnonymousAllowed() {
        return allowAnonymous;
    }

    /** A unit's options with these limits; a value out of its range, a limit's too, is an error of the command line. */
    UnitOptions unitOptions(Supplier<UnitLimits> limits) {
        ManagerSettings settings;
        try {
            settings = new ManagerSettings(leaseMillis, reconnectGraceMillis, true, limits.get());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), e.getMessage(), e);
        }
        return UnitOptions.of(settings)
                .withAnonymous(allowAnonymous ? AnonymousAccess.ORDINARY : AnonymousAccess.REFUSED);
    }
}
