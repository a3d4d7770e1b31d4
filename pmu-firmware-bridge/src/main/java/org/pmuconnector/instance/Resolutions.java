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
        List<Branch> applied = new ArrayList<>();
        for (Resolution resolution : open(state)) {
            if (add(region, writer, resolution) != null) {
                writer.write(memory);
                writer.acknowledge();
            }
            applied.add(resolution.getBranch());
        }
        tell(memory.connection(), region, writer.epoch().epoch(), applied);
    }

    /** Writes them all beside what others commit. */
    static void apply(Region region, CommitQueue queue, RegionState state) throws PmuException {
        try (RegionConnection connection = region.connect(null)) {
            List<Branch> applied = new ArrayList<>();
            for (Resolution resolution : open(state)) {
                try {
                    queue.submit(connection, writer -> outcome(region, writer, resolution));
                } catch (PmuException e) {
                    if (e.code() != ErrorCode.BRANCH_UNKNOWN) {
                        throw e;
                    }
                }
                applied.add(resolution.getBranch());
            }
            tell(connection.memory().connection(), region, queue.epoch(), applied);
        }
    }

    private static List<Resolution> open(RegionState state) {
        return state.getResolutionsList().stream()
                .filter(resolution -> !resolution.getApplied())
                .toList();
    }

    private static void tell(UnitConnection connection, Region region, long epoch, List<Branch> applied)
            throws PmuException {
        if (!applied.isEmpty()) {
            connection.resolutionsApplied(region.name(), epoch, applied);
        }
    }

    /** Null if the branch is not in doubt: it was settled before, and only the manager has not heard of it. */
    private static LogWriter.Ticket add(Region region, LogWriter writer, Resolution resolution) throws PmuException {
        try {
            return outcome(region, writer, resolution);
        } catch (PmuException e) {
            if (e.code() == ErrorCode.BRANCH_UNKNOWN) {
                return null;
            }
            throw e;
        }
    }

    private static LogWriter.Ticket outcome(Region region, LogWriter writer, Resolution resolution)
            throws PmuException {
        BranchId branch = Branches.fromWire(resolution.getBranch());
        if (!resolution.getHeuristic()) {
            return writer.addOutcome(branch, resolution.getCommit());
        }
        LogWriter.Ticket ticket = writer.addHeuristic(branch, resolution.getCommit());
        LogMessage.HEURISTIC_OUTCOME.log(
                LOG,
                branch,
                branch.instanceName(),
                region.name(),
                resolution.getCommit() ? "committed" : "rolled back");
        return ticket;
    }
}
