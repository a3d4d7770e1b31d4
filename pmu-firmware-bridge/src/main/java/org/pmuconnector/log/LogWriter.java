package org.pmuconnector.log;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

    /** No batch grows beyond this but by its first group: the reach of a record's batch offset, and a bound on memory. */
    static final int BATCH_BYTES = 1 << 20;

    /** A group of a batch, and what became of it. Read it after the batch has been settled. */
    public static final class Ticket {
        private final LogGroup group;
        private final long lastSequence;
        private boolean written;

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
    }

    private enum Phase {
        BUILDING,
        UNDECIDED
    }

    private final LogGeometry geometry;
    private final LogState state;
    private final EpochStart epoch;
    private final LogSpace space;
    private final InstantSource time;
    private final BatchBuffer batch;
    private final List<Ticket> tickets = new ArrayList<>();
    private final Set<BranchId> branches = new HashSet<>();
    private Phase phase = Phase.BUILDING;
    private long nextPosition;
    private long nextSequence;

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
        this.geometry = geometry;
        this.state = state;
        this.epoch = epoch;
        this.space = new LogSpace(geometry, maxBaseBytes, trimPosition);
        this.time = time;
        this.batch = new BatchBuffer(geometry, epoch.salt());
        begin();
    }

    private void begin() {
        tickets.clear();
        branches.clear();
        phase = Phase.BUILDING;
        nextPosition = state.endPosition();
        nextSequence = state.committedSequence() + 1;
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

    /** Adds the record that opens the epoch. */
    public Ticket addSeal(String instanceName) throws PmuException {
        return addSingle(RecordKind.SEAL, nextSequence - 1, 0, 0, instanceName.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Adds a transaction that commits in one phase.
     *
     * @throws PmuException {@code REGION_FULL}, {@code PAYLOAD_TOO_LARGE}, {@code STALE_OVERWRITE} or
     *     {@code BEYOND_COMMITTED}; the batch is unchanged
     */
    public Ticket addSets(List<PendingSet> sets) throws PmuException {
        checkBases(sets);
        long groupBytes = GroupSize.of(sets, 0, geometry, space.maxBaseBytes());
        long at = place(groupBytes, sets.stream().anyMatch(PendingSet::isBase) ? LogSpace.Use.BASE : LogSpace.Use.SETS);
        List<LogRecord> records = new ArrayList<>(sets.size());
        appendSets(records, sets, at, nextSequence, true);
        nextSequence += sets.size();
        return add(at, groupBytes, records);
    }

    /**
     * Adds a transaction branch that awaits its outcome.
     *
     * @throws PmuException as {@link #addSets}
     */
    public Ticket addPrepared(BranchId branch, List<PendingSet> sets) throws PmuException {
        if (branches.contains(branch) || state.prepared(branch) != null) {
            throw new PmuException(ErrorCode.BRANCH_UNKNOWN, "transaction branch " + branch + " is in doubt already");
        }
        checkBases(sets);
        byte[] id = branch.encode();
        long opening = RecordFormat.recordBytes(id.length);
        long groupBytes = GroupSize.of(sets, opening, geometry, space.maxBaseBytes());
        long at = place(groupBytes, LogSpace.Use.PREPARED);
        List<LogRecord> records = new ArrayList<>(sets.size() + 1);
        records.add(new LogRecord(RecordKind.PREPARED, epoch.epoch(), at, nextSequence - 1, time.millis(), 0, 0, id));
        appendSets(records, sets, at + opening, 0, false);
        branches.add(branch);
        return add(at, groupBytes, records);
    }

    /**
     * Adds the outcome of a branch in doubt.
     *
     * @throws PmuException {@code BRANCH_UNKNOWN}
     */
    public Ticket addOutcome(BranchId branch, boolean commit) throws PmuException {
        PreparedGroup group = state.prepared(branch);
        if (group == null || branches.contains(branch)) {
            throw new PmuException(
                    ErrorCode.BRANCH_UNKNOWN, "transaction branch " + branch + " is not in doubt in this region");
        }
        int setCount = commit ? group.sets().size() : 0;
        long sequence = commit ? nextSequence : nextSequence - 1;
        nextSequence += setCount;
        try {
            Ticket ticket = addSingle(RecordKind.OUTCOME, sequence, setCount, group.position(), branch.encode());
            branches.add(branch);
            return ticket;
        } catch (PmuException e) {
            nextSequence -= setCount;
            throw e;
        }
    }

    /** Adds a copy of a prepared group, so that the log may be trimmed behind the original. */
    public Ticket addCopy(PreparedGroup group) throws PmuException {
        byte[] id = group.branch().encode();
        long at = place(group.lengthBytes(), LogSpace.Use.KEPT);
        List<LogRecord> records = new ArrayList<>(group.sets().size() + 1);
        records.add(new LogRecord(
                RecordKind.PREPARED, epoch.epoch(), at, nextSequence - 1, group.preparedAtMillis(), 0, 0, id));
        long recordAt = at + RecordFormat.recordBytes(id.length);
        for (LogRecord set : group.sets()) {
            records.add(new LogRecord(
                    set.kind(),
                    epoch.epoch(),
                    recordAt,
                    0,
                    set.timestampMillis(),
                    set.payloadVersion(),
                    set.reference(),
                    set.payload()));
            recordAt += set.lengthBytes();
        }
        return add(at, group.lengthBytes(), records);
    }

    private Ticket addSingle(RecordKind kind, long sequence, int payloadVersion, long reference, byte[] payload)
            throws PmuException {
        long groupBytes = RecordFormat.recordBytes(payload.length);
        long at = place(groupBytes, LogSpace.Use.KEPT);
        LogRecord record =
                new LogRecord(kind, epoch.epoch(), at, sequence, time.millis(), payloadVersion, reference, payload);
        return add(at, groupBytes, List.of(record));
    }

    private Ticket add(long at, long groupBytes, List<LogRecord> records) {
        LogGroup group = new LogGroup(at, groupBytes, records);
        batch.put(group);
        nextPosition = group.endPosition();
        Ticket ticket = new Ticket(group, nextSequence - 1);
        tickets.add(ticket);
        return ticket;
    }

    private void appendSets(
            List<LogRecord> records, List<PendingSet> sets, long at, long firstSequence, boolean onePhase) {
        long recordAt = at;
        long sequence = firstSequence;
        long now = time.millis();
        for (PendingSet set : sets) {
            records.add(new LogRecord(
                    set.kind(),
                    epoch.epoch(),
                    recordAt,
                    onePhase ? sequence++ : 0,
                    now,
                    set.payloadVersion(),
                    reference(set),
                    set.payload()));
            recordAt += RecordFormat.recordBytes(set.payload().length);
        }
    }

    private static long reference(PendingSet set) {
        if (!set.isBase()) {
            return 0;
        }
        return set.coversAll() ? set.expectedSequence() | RecordFormat.COVERS_OWN_GROUP : set.coversSequence();
    }

    private void checkBases(List<PendingSet> sets) throws PmuException {
        requireBuilding();
        for (PendingSet set : sets) {
            if (set.coversAll() && set.expectedSequence() != nextSequence - 1) {
                throw new PmuException(
                        ErrorCode.STALE_OVERWRITE,
                        "the state to overwrite with includes sequence " + set.expectedSequence() + ", but "
                                + (nextSequence - 1) + " has been committed since; take a new snapshot and try again");
            }
            if (set.isBase() && set.coversSequence() >= nextSequence) {
                throw new PmuException(
                        ErrorCode.BEYOND_COMMITTED,
                        "the state to overwrite with claims to include sequence " + set.coversSequence() + ", but "
                                + (nextSequence - 1) + " is the newest committed one");
            }
        }
    }

    /** Finds the place for a group, filling up an extent if it must. */
    private long place(long groupBytes, LogSpace.Use use) throws PmuException {
        requireBuilding();
        long at = space.place(nextPosition, groupBytes);
        space.check(at + groupBytes, use, groupBytes, state.prepared());
        if (at > nextPosition) {
            LogGroup filler = skip(RecordKind.FILLER, nextPosition, at - nextPosition);
            batch.put(filler);
            tickets.add(new Ticket(filler, nextSequence - 1));
            nextPosition = at;
        }
        return at;
    }

    private LogGroup skip(RecordKind kind, long at, long lengthBytes) {
        LogRecord record =
                new LogRecord(kind, epoch.epoch(), at, nextSequence - 1, time.millis(), 0, lengthBytes, new byte[0]);
        return new LogGroup(at, lengthBytes, List.of(record));
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
        state.apply(ticket.group, set -> {});
    }

    /**
     * Settles a batch whose connection failed, after the manager has revoked that connection's keys: reads it back, makes
     * durable what arrived whole, and marks the rest of the reserved range as void.
     *
     * @param memory over another connection that may write
     */
    public void resolve(RegionMemory memory) throws PmuException {
        requireUndecided();
        int arrived = countArrived(memory);
        long decidedEnd = arrived == 0
                ? state.endPosition()
                : tickets.get(arrived - 1).group.endPosition();
        batch.flush(memory, state.endPosition(), decidedEnd);
        long undecidedBytes = nextPosition - decidedEnd;
        List<Ticket> settled = tickets.subList(0, arrived);
        LogGroup rest = undecidedBytes > 0 ? voidGroup(settled, decidedEnd, undecidedBytes) : null;
        if (rest != null) {
            batch.begin(decidedEnd);
            batch.put(rest);
            batch.write(memory);
        }
        for (Ticket ticket : settled) {
            settle(ticket);
        }
        if (rest != null) {
            state.apply(rest, set -> {});
        }
        begin();
    }

    /** How many groups of the batch, from its first on, stand in the log. */
    private int countArrived(RegionMemory memory) throws PmuException {
        LogReader reader = new LogReader(memory, geometry, List.of(epoch), state.endPosition());
        int arrived = 0;
        while (arrived < tickets.size()) {
            LogGroup found = reader.next();
            // A void is what an attempt to resolve before this one left.
            if (found == null || found.first().kind() == RecordKind.VOID) {
                break;
            }
            arrived++;
        }
        return arrived;
    }

    private LogGroup voidGroup(List<Ticket> settled, long at, long lengthBytes) {
        nextSequence =
                settled.isEmpty() ? state.committedSequence() + 1 : settled.get(settled.size() - 1).lastSequence + 1;
        return skip(RecordKind.VOID, at, lengthBytes);
    }

    /**
     * Settles a batch after another epoch has begun: what lies before its start was read by the new primary and counts,
     * the rest is beyond the log's end for ever. The writer is of no use afterwards.
     *
     * @param nextStartPosition where the first epoch after this writer's begins
     */
    public void resolveByEpoch(long nextStartPosition) {
        requireUndecided();
        for (Ticket ticket : tickets) {
            ticket.written = ticket.group.endPosition() <= nextStartPosition;
        }
        phase = Phase.BUILDING;
    }

    /** How far the log may be freed at most, by a base or by clearing. */
    public long trimTarget(boolean byBase, long clearedSequence) {
        return byBase ? state.trimTargetByBase() : state.trimTargetByClearing(clearedSequence);
    }

    /** The branches in doubt that a trim to the position would free, oldest first: copy them forward before. */
    public List<PreparedGroup> preparedBelow(long position) {
        return state.prepared().stream()
                .filter(group -> group.position() < position)
                .toList();
    }

    /** The manager has freed what lies before the position. */
    public void trimmed(long position) {
        space.trimmed(position);
        state.trimmed(position);
    }

    /** What lies before is free. */
    public long trimPosition() {
        return space.trimPosition();
    }

    /** The bytes that the log takes now. */
    public long usedBytes() {
        return state.endPosition() - space.trimPosition();
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
            throw new IllegalStateException("the batch before is undecided");
        }
    }

    private void requireUndecided() {
        if (phase != Phase.UNDECIDED) {
            throw new IllegalStateException("no batch is undecided");
        }
    }
}
