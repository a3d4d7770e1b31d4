package org.pmuconnector.instance;

import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.control.wire.Branch;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Resolution;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.LogWriter;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;

/**
 * Outcomes of transaction branches that were told to the manager, by instances that are not the primary or by an
 * administrator: the primary writes them into the log, before anything else where it has just taken over.
 */
final class Resolutions {

    private static final System.Logger LOG = System.getLogger(Resolutions.class.getName());

    private Resolutions() {}

    /** Whether there is anything for the primary to write. */
    static boolean isAnyOpen(RegionState state) {
        return state.getResolutionsList().stream().anyMatch(resolution -> !resolution.getApplied());
    }

    /** Writes them all as the first of an epoch, while nobody else uses the writer. */
    static void applyFirst(Region region, BoundMemory memory, LogWriter writer, RegionState state) throws PmuException {
        applyAll(region, memory.connection(), writer.epoch().epoch(), state, outcome -> {
            outcome.addTo(writer);
            writer.write(memory);
            writer.acknowledge();
        });
    }

    /** Writes them all beside what others commit. */
    static void apply(Region region, CommitQueue queue, RegionState state) throws PmuException {
        try (RegionConnection connection = region.connect(null)) {
            UnitConnection unit = connection.memory().connection();
            applyAll(region, unit, queue.epoch(), state, outcome -> queue.submit(connection, outcome));
        }
    }

    /** Gets one outcome into the log. */
    private interface Way {
        void write(CommitQueue.Step outcome) throws PmuException;
    }

    private static void applyAll(Region region, UnitConnection unit, long epoch, RegionState state, Way way)
            throws PmuException {
        List<Branch> applied = new ArrayList<>();
        for (Resolution resolution : open(state)) {
            BranchId branch = Branches.fromWire(resolution.getBranch());
            boolean commit = resolution.getCommit();
            try {
                if (resolution.getHeuristic()) {
                    way.write(writer -> writer.addHeuristic(branch, commit));
                    LogMessage.HEURISTIC_OUTCOME.log(
                            LOG, branch, branch.instanceName(), region.name(), commit ? "committed" : "rolled back");
                } else {
                    way.write(writer -> writer.addOutcome(branch, commit));
                }
            } catch (PmuException e) {
                // Not in doubt: it was settled before, and only the manager has not heard of it.
                if (e.code() != ErrorCode.BRANCH_UNKNOWN) {
                    throw e;
                }
            }
            applied.add(resolution.getBranch());
        }
        if (!applied.isEmpty()) {
            unit.resolutionsApplied(region.name(), epoch, applied);
        }
    }

    private static List<Resolution> open(RegionState state) {
        return state.getResolutionsList().stream()
                .filter(resolution -> !resolution.getApplied())
                .toList();
    }
}
