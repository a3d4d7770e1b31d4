package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.time.Duration;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** An operator's decision about a primary that hangs. */
@Command(
        name = "takeover",
        description = {
            "Takes a region from a primary that does not answer, and gives it to another instance.",
            "No write of the former primary can land when this returns. What it has acknowledged is kept; what it is writing may fail."
        })
final class TakeoverCommand extends AddressedCommand {

    @Parameters(index = "1", paramLabel = "REGION", description = "The region.")
    private String region;

    @Option(
            names = "--to",
            paramLabel = "INSTANCE",
            defaultValue = "",
            description = "Who is to be the primary; any standby otherwise.")
    private String successor;

    @Option(
            names = "--wait-millis",
            paramLabel = "MILLIS",
            defaultValue = "10000",
            description = "How long to wait for the new primary. Default: ${DEFAULT-VALUE}")
    private long waitMillis;

    @Option(names = "--force", required = true, description = "That is meant: the primary is not asked.")
    private boolean force;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        RegionState before = unit.region(region);
        unit.switchOver(region, successor, force);
        SuccessorWait.await(unit, before, Duration.ofMillis(waitMillis), out);
        return 0;
    }
}
