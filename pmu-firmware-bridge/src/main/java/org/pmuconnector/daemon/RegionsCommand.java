package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.util.stream.Collectors;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.RetentionPolicy;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lists a unit's regions. */
@Command(name = "regions", description = "Lists a unit's regions.")
final class RegionsCommand extends AddressedCommand {

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        Table table = new Table(
                "region",
                "size bytes",
                "max base bytes",
                "level",
                "retain",
                "epoch",
                "role",
                "primary",
                "trim position",
                "subscriptions",
                "candidates",
                "evidence");
        for (RegionState region : unit.regions()) {
            table.add(
                    region.getRegion(),
                    region.getSizeBytes(),
                    region.getMaxBaseBytes(),
                    region.getLevel(),
                    region.getRetention() == RetentionPolicy.RETAIN_CLEARED ? "CLEARED" : "BASE",
                    region.getEpoch(),
                    region.getRole(),
                    region.getPrimaryInstance(),
                    region.getTrimPosition(),
                    region.getSubscriptionsList().stream()
                            .map(subscription -> subscription.getName() + "@" + subscription.getCursorSequence())
                            .collect(Collectors.joining(",")),
                    region.getCandidatesList().stream()
                            .map(candidate -> candidate.getInstance() + ":" + candidate.getPriority())
                            .collect(Collectors.joining(",")),
                    region.getEvidence());
        }
        table.print(out, json);
        return 0;
    }
}
