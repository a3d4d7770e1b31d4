package org.pmuconnector.log;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * The primary's side of a log: gives each group its place and its sequences, writes groups in batches, one batch at a
 * time, and knows what became of each.
 *
 * <p>A batch is built with the {@code add} methods, written with {@link #write}, and then settled: by
 * {@link #acknowledge} if it was flushed, by {@link #resolve} if the connection failed and has been revoked, or by
 * {@link #resolveByEpoch} if another epoch has begun meanwhile. Until it is settled no other can be begun: no position is
 * ever reserved twice, and groups are acknowledged in log order.
 *
 * <p>One thread at a time.
 */
public final class LogWriter {

    /** No batch grows beyond this but by its last group: a bound on memory, and on what one failure leaves undecided. */
    static final int BATCH_BYTES = 1 << 20;

    /** A group of a batch, and what became of it. Read it after the batch has been settled. */
    public static final class Ticket {
        private final LogGroup group;
        private final long lastSequence;
        private boolean written;

        /** It settles a branch that was in doubt when the epoch began. */
        private boolean late;

        private Ticket(LogGroup group, long lastSequence) {
            this.group = group;
            this.lastSequence = lastSequence;
        }

        /** Whether the group is in the log, at the region's persistence level. */
        public boolean isWritten() {
            return written;
        }

        /** The newest committed sequence with this group. */
        public long lastSequence() {
            return lastSequence;
        }

        /** How many sets the group commits. */
        public int committedSets() {
            LogRecord first = group.first();
            if (first.kind().isSet()) {
                return group.records().size();
            }
            return first.kind().isOutcome() ? first.payloadVersion() : 0;
        }

        /** What the group takes in the log. */
        public long lengthBytes() {
            return group.lengthBytes();
        }
    }

    private enum Phase {
        BUILDING,
        UNDECIDED,
        OVER
    }

    private final LogGeometry geometry;
    private final LogState state;
    private final EpochStart epoch;
    private final LogSpace space;
    private final Admission admission;
    private final GroupBuilder groups;
    private final BatchBuffer batch;
    private final List<Ticket> tickets = new ArrayList<>();
    private final Set<BranchId> branches = new HashSet<>();
    /** In doubt when the epoch began. */
    private final Set<BranchId> inherited;

    private final List<CommittedSet> late = new ArrayList<>();
    private Phase phase = Phase.BUILDING;
    private long nextPosition;
    private long nextSequence;
    private long voidPosition;

    /**
     * A writer whose first record is to be the seal of its epoch.
     *
     * @param state the log up to its end, where the epoch begins; belongs to the writer from now on
     * @param trimPosition what lies before is free
     * @param maxBaseBytes the payload of the largest base for which room is always kept
     */
    public LogWriter(
            LogGeometry geometry,
            LogState state,
            EpochStart epoch,
            long trimPosition,
            long maxBaseBytes,
            InstantSource time) {
        if (epoch.startPosition() != state.endPosition()) {
            throw new IllegalArgumentException(
                    "epoch at " + epoch.startPosition() + ", but the log ends at " + state.endPosition());
        }
        this.geometry = geometry;
        this.state = state;
        this.epoch = epoch;
        this.space = new LogSpace(geometry, maxBaseBytes, trimPosition);
        this.admission = new Admission(geometry, state, space);
        this.inherited = state.prepared().stream().map(PreparedGroup::branch).collect(Collectors.toSet());
        this.groups = new GroupBuilder(epoch.epoch(), time);
        this.batch = new BatchBuffer(geometry, epoch.salt());
        begin();
    }

    private void begin() {
        tickets.clear();
        branches.clear();
        admission.beginBatch();
        phase = Phase.BUILDING;
        nextPosition = state.endPosition();
        nextSequence = state.committedSequence() + 1;
        voidPosition = -1;
        batch.begin(nextPosition);
    }

    /** Whether another group may join the batch. */
    public boolean hasRoomInBatch() {
        return phase == Phase.BUILDING && batch.lengthBytes() < BATCH_BYTES;
    }

    /** Whether a batch has been written and not been settled. */
    public boolean isUndecided() {
        return phase == Phase.UNDECIDED;
    }

    /**
     * Adds the record that opens the epoch. In a full ring that has seen too many epochs without anything being freed it
     * is left out: nothing depends on it but a reader's knowledge of who took over.
     *
     * @return whether it was added
     */
    public boolean addSeal(String instanceName) {
        requireBuilding();
        byte[] name = instanceName.getBytes(StandardCharsets.UTF_8);
        long groupBytes = RecordFormat.recordBytes(name.length);
        if (groupBytes > geometry.longestGroupBytes()) {
            throw new IllegalArgumentException("instance name of " + name.length + " bytes");
        }
        long at = admission.placeSeal(groupBytes, nextPosition);
        if (at < 0) {
            return false;
        }
        add(groups.seal(at, nextSequence - 1, name), 0);
        return true;
    }

    /**
     * Adds a transaction that commits in one phase.
     *
     * @throws PmuException {@code REGION_FULL}, {@code PAYLOAD_TOO_LARGE}, {@code STALE_OVERWRITE} or
     *     {@code BEYOND_COMMITTED}; the batch is unchanged
     */
    public Ticket addSets(List<PendingSet> sets) throws PmuException {
        requireBuilding();
        long at = admission.placeSets(sets, nextPosition, nextSequence - 1);
        return add(groups.committed(at, nextSequence, sets), sets.size());
    }

    /**
     * Adds a transaction branch that awaits its outcome.
     *
     * @throws PmuException as {@link #addSets}
     */
    public Ticket addPrepared(BranchId branch, List<PendingSet> sets) throws PmuException {
        requireBuilding();
        if (branches.contains(branch) || state.prepared(branch) != null) {
            throw new PmuException(ErrorCode.BRANCH_UNKNOWN, "transaction branch " + branch + " is in doubt already");
        }
        long at = admission.placePrepared(branch, sets, nextPosition, nextSequence - 1);
        branches.add(branch);
        return add(groups.prepared(at, nextSequence - 1, branch, sets), 0);
    }

    /**
     * Adds the outcome of a branch in doubt, behind a copy of its group if that would be in the way of the next trim.
     *
     * @throws PmuException {@code BRANCH_UNKNOWN}
     */
    public Ticket addOutcome(BranchId branch, boolean commit) throws PmuException {
        return addOutcome(RecordKind.OUTCOME, branch, commit);
    }

    /**
     * Adds the outcome of a branch in doubt as an administrator decided it.
     *
     * @throws PmuException as {@link #addOutcome}
     */
    public Ticket addHeuristic(BranchId branch, boolean commit) throws PmuException {
        return addOutcome(RecordKind.HEURISTIC, branch, commit);
    }

    private Ticket addOutcome(RecordKind kind, BranchId branch, boolean commit) throws PmuException {
        PreparedGroup group = requireInDoubt(branch);
        long preparedAt = group.position();
        if (commit && admission.isInTheWay(group, nextPosition)) {
            preparedAt = addCopy(group).group.position();
        }
        int setCount = commit ? group.sets().size() : 0;
        long at = admission.placeKept(group.outcomeBytes(), nextPosition);
        LogGroup outcome =
                groups.outcome(kind, at, commit ? nextSequence : nextSequence - 1, setCount, preparedAt, branch);
        branches.add(branch);
        Ticket ticket = add(outcome, setCount);
        ticket.late = inherited.contains(branch);
        return ticket;
    }

    /**
     * Adds a copy of a prepared group, so that the log may be trimmed behind the original.
     *
     * @throws PmuException {@code BRANCH_UNKNOWN} if its outcome is known already
     */
    public Ticket addCopy(PreparedGroup group) throws PmuException {
        requireInDoubt(group.branch());
        long at = admission.placeKept(group.lengthBytes(), nextPosition);
        return add(groups.copy(at, nextSequence - 1, group), 0);
    }

    private PreparedGroup requireInDoubt(BranchId branch) throws PmuException {
        requireBuilding();
        PreparedGroup group = state.prepared(branch);
        if (group == null || branches.contains(branch)) {
            throw new PmuException(
                    ErrorCode.BRANCH_UNKNOWN, "transaction branch " + branch + " is not in doubt in this region");
        }
        return group;
    }

    private Ticket add(LogGroup group, int committedSets) {
        if (group.position() > nextPosition) {
            put(groups.skip(RecordKind.FILLER, nextPosition, nextSequence - 1, group.position() - nextPosition));
        }
        nextSequence += committedSets;
        return put(group);
    }

    private Ticket put(LogGroup group) {
        batch.put(group);
        nextPosition = group.endPosition();
        Ticket ticket = new Ticket(group, nextSequence - 1);
        tickets.add(ticket);
        return ticket;
    }

    /**
     * Posts the batch and returns when it is at the region's persistence level. After a failure the batch is undecided.
     */
    public void write(RegionMemory memory) throws PmuException {
        requireBuilding();
        phase = Phase.UNDECIDED;
        batch.write(memory);
    }

    /** The batch was written and flushed: every group of it counts. */
    public void acknowledge() throws PmuException {
        requireUndecided();
        for (Ticket ticket : tickets) {
            settle(ticket);
        }
        begin();
    }

    private void settle(Ticket ticket) throws PmuException {
        ticket.written = true;
        state.apply(ticket.group, ticket.late ? late::add : set -> {});
    }

    /**
     * What branches have committed since the last call that were in doubt when the epoch began: nobody knows of it who
     * has read the log up to there.
     */
    public List<CommittedSet> takeLate() {
        List<CommittedSet> taken = List.copyOf(late);
        late.clear();
        return taken;
    }

    /**
     * Settles a batch whose connection failed, after the manager has revoked that connection's keys: reads it back, makes
     * durable what arrived whole, and marks the rest of the reserved range as void. Where that would use up room that is
     * kept for what must always be possible, it writes what is missing instead: then everything counts.
     *
     * @param memory over another connection that may write
     * @throws PmuException if this connection fails too: the batch stays undecided, and can be resolved again
     */
    public void resolve(RegionMemory memory) throws PmuException {
        requireUndecided();
        if (voidPosition < 0) {
            int arrived = countArrived(memory);
            long arrivedEnd = arrived == 0
                    ? state.endPosition()
                    : tickets.get(arrived - 1).group.endPosition();
            if (arrivedEnd < nextPosition && !admission.canGiveUp(nextPosition)) {
                batch.write(memory);
                arrivedEnd = nextPosition;
            } else {
                BatchBuffer.flush(memory, geometry, state.endPosition(), arrivedEnd);
            }
            voidPosition = arrivedEnd;
        }
        settleBefore(voidPosition, memory);
    }

    /** How many groups of the batch, from its first on, stand in the log. */
    private int countArrived(RegionMemory memory) throws PmuException {
        LogReader reader = new LogReader(memory, geometry, List.of(epoch), state.endPosition());
        int arrived = 0;
        while (arrived < tickets.size() && reader.next() != null) {
            arrived++;
        }
        return arrived;
    }

    private void settleBefore(long decidedEnd, RegionMemory memory) throws PmuException {
        List<Ticket> settled = tickets.stream()
                .filter(ticket -> ticket.group.endPosition() <= decidedEnd)
                .toList();
        LogGroup rest = null;
        if (decidedEnd < nextPosition) {
            long committed =
                    settled.isEmpty() ? state.committedSequence() : settled.get(settled.size() - 1).lastSequence;
            rest = groups.skip(RecordKind.VOID, decidedEnd, committed, nextPosition - decidedEnd);
            batch.writeAlone(rest, memory);
        }
        for (Ticket ticket : settled) {
            settle(ticket);
        }
        if (rest != null) {
            state.apply(rest, set -> {});
        }
        begin();
    }

    /**
     * Settles a batch after another epoch has begun: what lies before its start was read by the new primary and counts,
     * unless it was void by then; the rest is beyond the log's end for ever. The writer is of no use afterwards.
     *
     * @param nextStartPosition where the first epoch after this writer's begins
     */
    public void resolveByEpoch(long nextStartPosition) {
        requireUndecided();
        long decidedEnd = voidPosition < 0 ? nextStartPosition : Math.min(voidPosition, nextStartPosition);
        for (Ticket ticket : tickets) {
            ticket.written = ticket.group.endPosition() <= decidedEnd;
        }
        phase = Phase.OVER;
    }

    /**
     * How far the log may be freed, by a base or by clearing. Not beyond a branch in doubt unless it is worth moving: if
     * much lies behind it that can be freed, or any if a group was refused or the reserve is in use.
     */
    public long trimTarget(boolean byBase, long clearedSequence) {
        return admission.trimTarget(byBase, clearedSequence);
    }

    /** The branches in doubt that a trim to the position would free, oldest first: copy them forward before. */
    public List<PreparedGroup> preparedBelow(long position) {
        return admission.preparedBelow(position);
    }

    /** The manager has freed what lies before the position. */
    public void trimmed(long position) {
        admission.trimmed(position);
    }

    /** What lies before is free. */
    public long trimPosition() {
        return space.trimPosition();
    }

    /** The bytes that the log takes now. */
    public long usedBytes() {
        return space.usedBytes(state.endPosition());
    }

    /** The log as far as it is decided. */
    public LogState state() {
        return state;
    }

    /** The epoch that it writes in. */
    public EpochStart epoch() {
        return epoch;
    }

    private void requireBuilding() {
        if (phase != Phase.BUILDING) {
            throw new IllegalStateException(
                    phase == Phase.OVER ? "the epoch is over" : "the batch before is undecided");
        }
    }

    private void requireUndecided() {
        if (phase != Phase.UNDECIDED) {
            throw new IllegalStateException("no batch is undecided");
        }
    }
}
