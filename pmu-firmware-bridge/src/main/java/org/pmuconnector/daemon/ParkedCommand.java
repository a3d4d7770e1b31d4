package org.pmuconnector.daemon;

import java.io.PrintWriter;
import org.pmuconnector.control.wire.ParkedSet;
import org.pmuconnector.control.wire.Subscription;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows what applications could not take. */
@Command(
        name = "parked",
        description = {
            "Shows the sets of a region that an application failed to take and that were laid aside.",
            "They are kept in the region, which recover() of a connection reads, until 'pmu unpark' lets them go."
        })
final class ParkedCommand extends AddressedCommand {

    @Parameters(index = "1", paramLabel = "REGION", description = "The region.")
    private String region;

    @Option(names = "--json", description = "As JSON, for programs.")
    private boolean json;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        Table table = new Table("subscription", "sequence", "reason");
        for (Subscription subscription : unit.region(region).getSubscriptionsList()) {
            for (ParkedSet set : subscription.getParkedList()) {
                table.add(subscription.getName(), set.getSequence(), set.getReason());
            }
        }
        table.print(out, json);
        return 0;
    }
}
