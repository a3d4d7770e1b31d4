package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.time.Duration;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the commands that give a region another primary have in common. */
abstract class SuccessionCommand extends AddressedCommand {

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

    /** Whether the primary is not asked. */
    abstract boolean isForced();

    @Override
    final int run(UnitAccess unit, PrintWriter out) throws PmuException {
        RegionState before = unit.region(region);
        unit.switchOver(region, successor, isForced());
        SuccessorWait.await(unit, before, Duration.ofMillis(waitMillis), out);
        return 0;
    }
}
