package org.pmuconnector.instance;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.pmuconnector.control.wire.Branch;
import org.pmuconnector.control.wire.PreparedClear;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Resolution;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.LogState;
import org.pmuconnector.log.PreparedGroup;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** What log and manager know of transaction branches in doubt, over one connection. One thread at a time. */
final class BranchOutcomes {

    private final Region region;
    private final UnitConnection connection;
    private final LogReading log;

    /** What the log means, read from its beginning to its end. */
    interface LogReading {
        LogState state() throws PmuException;
    }

    /**
     * For a region.
     *
     * @param log the region's
     */
    BranchOutcomes(Region region, UnitConnection connection, LogReading log) {
        this.region = region;
        this.connection = connection;
        this.log = log;
    }

    /** This instance's branches: in doubt, or decided by an administrator and not forgotten. */
    List<BranchId> inDoubt() throws PmuException {
        // Before the log: what the manager drops is in the log by then.
        RegionState known = connection.region(region.name());
        CommitQueue queue = region.queue();
        List<PreparedGroup> prepared;
        if (queue != null && queue.isUsable()) {
            prepared = queue.inDoubt();
        } else {
            prepared = List.copyOf(log.state().prepared());
        }
        Set<BranchId> found = new LinkedHashSet<>();
        prepared.forEach(group -> found.add(group.branch()));
        for (Resolution resolution : known.getResolutionsList()) {
            BranchId branch = Branches.fromWire(resolution.getBranch());
            if (resolution.getHeuristic()) {
                found.add(branch);
            } else {
                found.remove(branch);
            }
        }
        for (PreparedClear clear : known.getPreparedClearsList()) {
            found.add(Branches.fromWire(clear.getBranch()));
        }
        return found.stream()
                .filter(branch -> branch.instanceName().equals(region.instance().name()))
                .toList();
    }

    /**
     * Makes sure that the log has the branch, without its outcome.
     *
     * @throws PmuException {@code BRANCH_UNKNOWN}; {@code BRANCH_COMMITTED} or {@code BRANCH_ROLLED_BACK} if an administrator
     *     has decided
     */
    void requireInDoubt(BranchId branch) throws PmuException {
        if (log.state().prepared().stream().noneMatch(group -> group.branch().equals(branch))) {
            throw heuristicOr(
                    new PmuException(
                            ErrorCode.BRANCH_UNKNOWN,
                            "transaction branch " + branch + " is not in doubt in region '" + region.name() + "'"),
                    branch);
        }
    }

    /** Has the manager keep an outcome for whoever is primary next; refused as by {@link #requireInDoubt}. */
    Resolution settleByManager(BranchId branch, boolean commit) throws PmuException {
        requireInDoubt(branch);
        Resolution holds = connection.resolve(region.name(), branch, commit);
        if (holds.getHeuristic()) {
            throw heuristic(holds, branch);
        }
        if (holds.getCommit() != commit) {
            throw new PmuException(
                    ErrorCode.MISUSE,
                    "transaction branch " + branch + " was " + (commit ? "rolled back" : "committed")
                            + " before, by its own transaction manager");
        }
        return holds;
    }

    /** What an administrator decided about a branch, or else the failure. */
    PmuException heuristicOr(PmuException e, BranchId branch) throws PmuException {
        Branch wanted = Branches.toWire(branch);
        return connection.region(region.name()).getResolutionsList().stream()
                .filter(resolution ->
                        resolution.getHeuristic() && resolution.getBranch().equals(wanted))
                .findFirst()
                .map(resolution -> heuristic(resolution, branch))
                .orElse(e);
    }

    private PmuException heuristic(Resolution resolution, BranchId branch) {
        boolean committed = resolution.getCommit();
        return new PmuException(
                committed ? ErrorCode.BRANCH_COMMITTED : ErrorCode.BRANCH_ROLLED_BACK,
                "an administrator has " + (committed ? "committed" : "rolled back") + " transaction branch " + branch
                        + " in region '" + region.name() + "'");
    }
}
