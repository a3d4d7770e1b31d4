package org.pmuconnector.daemon;

import java.io.PrintWriter;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lets a set go that was laid aside. */
@Command(
        name = "unpark",
        description = {
            "Lets a parked set go, when what it says has been dealt with: its room may be freed.",
            "It is not delivered again."
        })
final class UnparkCommand extends AddressedCommand {

    @Parameters(index = "1", paramLabel = "REGION", description = "The region.")
    private String region;

    @Parameters(index = "2", paramLabel = "SUBSCRIPTION", description = "The subscription that it was parked for.")
    private String subscription;

    @Parameters(index = "3", paramLabel = "SEQUENCE", description = "The set, as 'pmu parked' shows it.")
    private long sequence;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        unit.unpark(region, subscription, sequence);
        out.println("set " + sequence + " of region " + region + " is not parked any more");
        return 0;
    }
}
