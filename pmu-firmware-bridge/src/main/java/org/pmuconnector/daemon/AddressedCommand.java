package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What the commands that reach a unit have in common. */
@Command(mixinStandardHelpOptions = true, versionProvider = PmuVersion.class, showDefaultValues = true)
abstract class AddressedCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "ADDRESS",
            description = "The unit, such as iwarp://HOST:PORT, or embedded:PATH for one that nobody serves now.")
    private UnitAddress address;

    @Option(
            names = "--timeout-millis",
            paramLabel = "N",
            defaultValue = "5000",
            description = "How long to wait for each answer, 1 to 600000.")
    private int timeoutMillis;

    @Mixin
    private TlsOptions tls;

    @Mixin
    private SignOnOptions signOn;

    @Spec
    private CommandSpec spec;

    @Override
    public final Integer call() throws PmuException {
        if (timeoutMillis < 1 || timeoutMillis > 600_000) {
            throw new ParameterException(
                    spec.commandLine(), "--timeout-millis is " + timeoutMillis + "; it must be 1 to 600000");
        }
        try (UnitAccess unit =
                UnitAccess.open(address, Duration.ofMillis(timeoutMillis), tls.files(), signOn.credentials())) {
            int code = run(unit, spec.commandLine().getOut());
            spec.commandLine().getOut().flush();
            return code;
        }
    }

    /** Does it, and returns the exit code. */
    abstract int run(UnitAccess unit, PrintWriter out) throws PmuException;
}
