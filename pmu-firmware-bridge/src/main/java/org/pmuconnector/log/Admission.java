package org.pmuconnector.log;

import java.util.Comparator;
import java.util.List;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Decides which groups may join the log, and how far it may be freed: both follow from what must stay possible, see
 * {@link LogSpace}.
 */
final class Admission {

    /** Branches in doubt are moved for a trim if that frees this part of the ring, or if there is need. */
    private static final int WORTH_COPYING_FRACTION = 8;

    private final LogGeometry geometry;
    private final LogState state;
    private final LogSpace space;
    private final long indexSlackBytes;
    private InDoubtRoom inDoubt = InDoubtRoom.NONE;
    private long batchTrimTarget;
    private boolean refused;

    Admission(LogGeometry geometry, LogState state, LogSpace space) {
        this.geometry = geometry;
        this.state = state;
        this.space = space;
        this.indexSlackBytes = SequenceIndex.slackBytes(geometry.capacityBytes());
    }

    /** A new batch begins, where the state ends. */
    void beginBatch() {
        inDoubt = InDoubtRoom.NONE;
        for (PreparedGroup group : state.prepared()) {
            inDoubt = inDoubt.plus(group.lengthBytes(), group.outcomeBytes());
        }
        batchTrimTarget = 0;
    }

    /**
     * The place of sets that commit in one phase.
     *
     * @param next where the batch ends
     * @param committed the newest committed sequence with the batch
     */
    long placeSets(List<PendingSet> sets, long next, long committed) throws PmuException {
        PendingSet base = checkedBase(sets, committed);
        long groupBytes = GroupSize.of(sets, 0, geometry, space.maxBaseBytes());
        long at = geometry.place(next, groupBytes);
        long target = base == null ? 0 : trimTarget(base, at, committed);
        if (!space.leavesReserve(at + groupBytes, inDoubt)
                && (base == null || !restoresReserve(target, at + groupBytes))) {
            throw full(groupBytes, next, base != null);
        }
        batchTrimTarget = Math.max(batchTrimTarget, target);
        return at;
    }

    /** The place of sets that wait for an outcome. */
    long placePrepared(BranchId branch, List<PendingSet> sets, long next, long committed) throws PmuException {
        checkedBase(sets, committed);
        long openingBytes = RecordFormat.recordBytes(branch.encodedBytes());
        long groupBytes = GroupSize.of(sets, openingBytes, geometry, space.maxBaseBytes());
        long at = geometry.place(next, groupBytes);
        InDoubtRoom with = inDoubt.plus(groupBytes, openingBytes);
        if (!space.leavesReserve(at + groupBytes, with) || !space.isSustainable(with)) {
            throw full(groupBytes, next, false);
        }
        inDoubt = with;
        return at;
    }

    /** The place of a group for which room is kept. */
    long placeKept(long groupBytes, long next) throws PmuException {
        long at = geometry.place(next, groupBytes);
        if (!space.isInside(at + groupBytes)) {
            throw full(groupBytes, next, false);
        }
        return at;
    }

    /** The place of a seal, -1 if there is none. */
    long placeSeal(long groupBytes, long next) {
        long at = geometry.place(next, groupBytes);
        return space.leavesReserveButSeals(at + groupBytes, inDoubt) ? at : -1;
    }

    /**
     * Whether a prepared group should be moved before it commits: it lies before a base, of the log or of the batch, and
     * would keep the log from being freed up to there until another base covers it. Where there is no room to move it, no
     * base counts on that.
     */
    boolean isInTheWay(PreparedGroup group, long next) {
        long copyEnd = geometry.place(next, group.lengthBytes()) + group.lengthBytes();
        return group.position() < Math.max(batchTrimTarget, state.trimTargetByBase())
                && space.leavesRoomInDoubt(copyEnd, inDoubt.withoutCopies());
    }

    /** Whether a batch that ends at a position can be given up as void without using what is kept. */
    boolean canGiveUp(long endPosition) {
        return space.leavesReserve(endPosition, inDoubt);
    }

    /** The base that a group's sets end up with, null if there is none. */
    private PendingSet checkedBase(List<PendingSet> sets, long committed) throws PmuException {
        PendingSet base = null;
        for (PendingSet set : sets) {
            if (set.isBase()) {
                checkBase(set, committed);
                base = set;
            }
        }
        return base;
    }

    private void checkBase(PendingSet base, long committed) throws PmuException {
        if (base.coversAll() && base.expectedSequence() != committed) {
            throw new PmuException(
                    ErrorCode.STALE_OVERWRITE,
                    "the state to overwrite with includes sequence " + base.expectedSequence() + ", but " + committed
                            + " has been committed since; take a new snapshot and try again");
        }
        if (base.coversSequence() > committed) {
            throw new PmuException(
                    ErrorCode.BEYOND_COMMITTED,
                    "the state to overwrite with claims to include sequence " + base.coversSequence() + ", but "
                            + committed + " is the newest committed one");
        }
        if (!base.coversAll() && base.coversSequence() + 1 < state.firstUncovered()) {
            throw new PmuException(
                    ErrorCode.STALE_OVERWRITE,
                    "the state to overwrite with includes sequence " + base.coversSequence() + ", but the newest base"
                            + " includes " + (state.firstUncovered() - 1) + " already; take a new snapshot and try"
                            + " again");
        }
    }

    /** Whether a group with a base may use the base's part of the reserve: if the trim that it allows gives it back. */
    private boolean restoresReserve(long target, long end) {
        if (!space.leavesRoomInDoubt(end, inDoubt)) {
            return false;
        }
        long copiesBytes = target >= state.endPosition() ? inDoubt.copiesBytes() : copiesBytesBelow(target);
        return space.leavesReserveAfterTrim(end, target, copiesBytes, inDoubt);
    }

    /** How far a base in a group at a position will allow to trim, or less. */
    private long trimTarget(PendingSet base, long at, long committed) {
        boolean coversAll = base.coversAll() || base.coversSequence() == committed;
        return coversAll ? at : state.positionBehind(base.coversSequence()) - indexSlackBytes;
    }

    private PmuException full(long groupBytes, long next, boolean withBase) {
        refused = true;
        long freeBytes = geometry.capacityBytes() - space.usedBytes(next);
        String wayOut = withBase
                ? "; overwrite with a newer state, which frees more"
                : "; overwrite with a base in one phase, clear what was taken, or create a larger region";
        return new PmuException(
                ErrorCode.REGION_FULL,
                "no room for " + groupBytes + " bytes: of " + geometry.capacityBytes() + " bytes " + freeBytes
                        + " are free, and part of these is kept for the next base and for transactions in doubt"
                        + wayOut);
    }

    /**
     * How far the log is to be freed. Not beyond a branch in doubt unless it is worth moving: if much lies behind it that
     * can be freed, or any if there is need. Goes as far as leaves most room, what the copies take and what must be kept deducted.
     */
    long trimTarget(boolean byBase, long clearedSequence) {
        long target = byBase ? state.trimTargetByBase() : state.trimTargetByClearing(clearedSequence);
        List<PreparedGroup> inTheWay = preparedBelow(target);
        if (inTheWay.isEmpty()) {
            return target;
        }
        long end = state.endPosition();
        long best = inTheWay.get(0).position();
        long spareWithoutCopies = space.spareBytes(end, best, inDoubt);
        long mostSpare = spareWithoutCopies;
        for (int i = 0; i < inTheWay.size(); i++) {
            long copyBytes = inTheWay.get(i).lengthBytes();
            end = geometry.place(end, copyBytes) + copyBytes;
            long candidate = i + 1 < inTheWay.size() ? inTheWay.get(i + 1).position() : target;
            long spare = space.spareBytes(end, candidate, inDoubt);
            if (spare > mostSpare && space.leavesRoomInDoubt(end, inDoubt.withoutCopies())) {
                best = candidate;
                mostSpare = spare;
            }
        }
        boolean need = refused || !space.leavesReserve(state.endPosition(), inDoubt);
        boolean worth = mostSpare - spareWithoutCopies >= geometry.capacityBytes() / WORTH_COPYING_FRACTION;
        return need || worth ? best : inTheWay.get(0).position();
    }

    /** The branches in doubt before a position, in the order of the log. */
    List<PreparedGroup> preparedBelow(long position) {
        return state.prepared().stream()
                .filter(group -> group.position() < position)
                .sorted(Comparator.comparingLong(PreparedGroup::position))
                .toList();
    }

    private long copiesBytesBelow(long position) {
        long bytes = 0;
        for (PreparedGroup group : state.prepared()) {
            bytes += group.position() < position ? group.lengthBytes() : 0;
        }
        return bytes;
    }

    void trimmed(long position) {
        space.trimmed(position);
        state.trimmed(position);
        refused = false;
    }
}
