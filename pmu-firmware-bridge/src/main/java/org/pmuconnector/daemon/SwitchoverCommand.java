package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.time.Duration;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A planned change of the primary. */
@Command(
        name = "switchover",
        description = {
            "Has a region's primary hand it over to another instance, as before maintenance.",
            "The primary ends what it is writing and resigns; what it has acknowledged is kept, and what it refuses meanwhile succeeds at the new one."
        })
final class SwitchoverCommand extends AddressedCommand {

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

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        RegionState before = unit.region(region);
        unit.switchOver(region, successor, false);
        SuccessorWait.await(unit, before, Duration.ofMillis(waitMillis), out);
        return 0;
    }
}
