package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.PreparedClear;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Resolution;
import org.pmuconnector.instance.Branches;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.LogGeometry;
import org.pmuconnector.log.PreparedGroup;
import org.pmuconnector.model.PmuException;

/** The transaction branches of a region that somebody has to settle or to forget. */
final class InDoubtBranches {

    /**
     * One of them.
     *
     * @param branch its name
     * @param group as it stands in the log; null if the log has its outcome, or nothing of it
     * @param resolution what the manager was told of it; null for nothing
     * @param clears what it clears, and has not cleared yet
     */
    record Entry(BranchId branch, PreparedGroup group, Resolution resolution, List<PreparedClear> clears) {

        private String cleared() {
            return clears.stream()
                    .map(clear -> clear.getSubscription() + " to " + clear.getSequence())
                    .collect(Collectors.joining(", "));
        }

        private String state() {
            if (resolution == null) {
                return "in doubt";
            }
            String what = resolution.getCommit() ? "commit" : "rollback";
            String who = resolution.getHeuristic() ? "an administrator" : "its instance";
            return what + " decided by " + who + (resolution.getApplied() ? ", not forgotten" : ", not written yet");
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    private InDoubtBranches() {}

    /** Reads the region's log and asks the manager. */
    static InDoubtBranches read(UnitAccess unit, OpenRegionReply opened) throws PmuException {
        String region = opened.getState().getRegion();
        LogScan scan = new LogScan(
                new OpenedMemory(unit, opened),
                new LogGeometry(
                        opened.getState().getSizeBytes(), opened.getState().getExtentBytes()),
                () -> LogCommand.bounds(unit.region(region)));
        // Before the log: what the manager drops is in the log by then.
        RegionState state = unit.region(region);
        LogScan.Result result = scan.run(record -> {});
        InDoubtBranches found = new InDoubtBranches();
        Map<BranchId, PreparedGroup> groups = new LinkedHashMap<>();
        result.state().prepared().forEach(group -> groups.put(group.branch(), group));
        Set<BranchId> branches = new LinkedHashSet<>(groups.keySet());
        for (Resolution resolution : state.getResolutionsList()) {
            branches.add(Branches.fromWire(resolution.getBranch()));
        }
        for (PreparedClear clear : state.getPreparedClearsList()) {
            branches.add(Branches.fromWire(clear.getBranch()));
        }
        for (BranchId branch : branches) {
            found.entries.add(new Entry(branch, groups.get(branch), resolution(state, branch), clears(state, branch)));
        }
        return found;
    }

    private static List<PreparedClear> clears(RegionState state, BranchId branch) {
        return state.getPreparedClearsList().stream()
                .filter(clear -> clear.getBranch().equals(Branches.toWire(branch)))
                .toList();
    }

    private static Resolution resolution(RegionState state, BranchId branch) {
        return state.getResolutionsList().stream()
                .filter(resolution -> resolution.getBranch().equals(Branches.toWire(branch)))
                .findFirst()
                .orElse(null);
    }

    /** Those of a name as {@link #print} shows it. */
    List<Entry> named(String branch) {
        return entries.stream()
                .filter(entry -> entry.branch().toString().equals(branch))
                .toList();
    }

    void print(PrintWriter out, boolean json) {
        Table table = new Table("branch", "instance", "state", "prepared", "sets", "payload bytes", "clears");
        for (Entry entry : entries) {
            PreparedGroup group = entry.group();
            table.add(
                    entry.branch(),
                    entry.branch().instanceName(),
                    entry.state(),
                    group == null ? "" : Instant.ofEpochMilli(group.preparedAtMillis()),
                    group == null ? 0 : group.sets().size(),
                    group == null
                            ? 0
                            : group.sets().stream()
                                    .mapToLong(set -> set.payload().length)
                                    .sum(),
                    entry.cleared());
        }
        table.print(out, json);
    }
}
