package org.pmuconnector.instance;

import java.util.List;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.GroupSize;
import org.pmuconnector.log.LogFollower;
import org.pmuconnector.log.LogState;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * One caller's connection to a region, with keys that are good on it alone. One thread at a time; {@link #close()} and
 * {@link #isOpen()} from any.
 *
 * <p>When a write fails because the connection did, what became of the data is found out over another connection before
 * the failure is reported; this one has ended then.
 */
public final class RegionConnection implements AutoCloseable {

    /** No key for writing is bound. */
    private static final long NO_EPOCH = 0;

    private final Region region;
    private final UnitConnection connection;
    private final BoundMemory memory;
    private final String subscription;
    private final BranchOutcomes outcomes;

    /** On behalf of another user than the instance's. */
    private final boolean forAnother;

    private long writingEpoch = NO_EPOCH;
    private LogFollower follower;

    RegionConnection(
            Region region, UnitConnection connection, OpenRegionReply reply, String subscription, boolean forAnother)
            throws PmuException {
        this.region = region;
        this.connection = connection;
        this.memory = new BoundMemory(connection, reply);
        this.subscription = subscription;
        this.outcomes = new BranchOutcomes(region, connection, this::readState);
        this.forAnother = forAnother;
        if (subscription != null) {
            connection.subscribe(region.name(), subscription);
        }
    }

    /**
     * Commits sets in one phase, as one group.
     *
     * @return the newest committed sequence with them
     * @throws PmuException {@code NOT_PRIMARY}, {@code FENCED_OFF}, {@code REGION_FULL}, {@code PAYLOAD_TOO_LARGE},
     *     {@code STALE_OVERWRITE}, {@code BEYOND_COMMITTED}, {@code CONNECTION_LOST}: not written;
     *     {@code OUTCOME_UNKNOWN}: unknown
     */
    public long commit(List<PendingSet> sets) throws PmuException {
        return submit(writer -> writer.addSets(sets));
    }

    /**
     * Makes sets ready to commit or to be forgotten, whatever fails meanwhile.
     *
     * @throws PmuException as {@link #commit}
     */
    public void prepare(BranchId branch, List<PendingSet> sets) throws PmuException {
        submit(writer -> writer.addPrepared(branch, sets));
    }

    /**
     * Commits what was prepared; standbys see it from now on, or as soon as the region has a primary again.
     *
     * @throws PmuException {@code BRANCH_UNKNOWN}; {@code BRANCH_COMMITTED} or {@code BRANCH_ROLLED_BACK} if an
     *     administrator has decided, and as {@link #commit}
     */
    public void commitPrepared(BranchId branch) throws PmuException {
        settle(branch, true);
    }

    /**
     * Forgets what was prepared.
     *
     * @throws PmuException as {@link #commitPrepared}
     */
    public void rollbackPrepared(BranchId branch) throws PmuException {
        settle(branch, false);
    }

    /** Writes the outcome as the primary, or has it kept by the manager for whoever is primary next. */
    private void settle(BranchId branch, boolean commit) throws PmuException {
        metered(() -> {
            requireOpen();
            CommitQueue queue = region.queue();
            if (queue == null || !queue.isUsable()) {
                // What is not there is no reason to become the primary.
                outcomes.requireInDoubt(branch);
            }
            try {
                return queueForWriting().submit(this, writer -> writer.addOutcome(branch, commit));
            } catch (PmuException e) {
                return switch (e.code()) {
                    case NOT_PRIMARY, FENCED_OFF -> {
                        requireOpen();
                        yield outcomes.settleByManager(branch, commit);
                    }
                    case BRANCH_UNKNOWN -> throw outcomes.heuristicOr(e, branch);
                    default -> throw e;
                };
            }
        });
    }

    /**
     * Forgets that an administrator decided about a branch.
     *
     * @throws PmuException {@code BRANCH_UNKNOWN} if none did
     */
    public void forget(BranchId branch) throws PmuException {
        requireOpen();
        connection.forget(region.name(), branch);
    }

    private long submit(CommitQueue.Step step) throws PmuException {
        return metered(() -> {
            requireOpen();
            return queueForWriting().submit(this, step);
        });
    }

    /** Something of a write. */
    private interface Write<T> {
        T carryOut() throws PmuException;
    }

    /** Counts it if it fails. */
    private <T> T metered(Write<T> write) throws PmuException {
        try {
            return write.carryOut();
        } catch (PmuException e) {
            region.meter().failed(e);
            throw e;
        }
    }

    private CommitQueue queueForWriting() throws PmuException {
        CommitQueue queue = region.queueForWriting(connection.bootNumber());
        if (forAnother) {
            // Whoever leads writes for all: the unit is asked whether this user may before another writes for it.
            bindForWriting(queue.epoch());
        }
        return queue;
    }

    /**
     * The branches of this instance's that its transaction manager has to settle or forget: in doubt, or decided by an
     * administrator.
     */
    public List<BranchId> inDoubt() throws PmuException {
        requireOpen();
        return outcomes.inDoubt();
    }

    /** The newest base and all that follows it. See {@link LogFollower#recover()}. */
    public List<CommittedSet> recover() throws PmuException {
        return reading(() -> {
            follower = newFollower();
            return follower.recover();
        });
    }

    /** Forgets what was read: the next {@link #poll} starts as it would on a new connection. */
    public void rewind() {
        follower = null;
    }

    /**
     * Checks a set before its transaction is complete, for callers that hear of a failed commit nothing but that it
     * failed. Where a write would claim the region, this does.
     *
     * @param payloadBytesBefore what the transaction's earlier sets carry
     * @throws PmuException {@code NOT_PRIMARY}, {@code FENCED_OFF}, {@code NOT_AUTHORIZED}; {@code PAYLOAD_TOO_LARGE} if no transaction of the
     *     region can hold that much
     */
    public void checkWrite(PendingSet set, long payloadBytesBefore) throws PmuException {
        metered(() -> {
            requireOpen();
            queueForWriting();
            GroupSize.check(set, payloadBytesBefore, memory.geometry(), memory.maxBaseBytes());
            return null;
        });
    }

    /** What was committed since. See {@link LogFollower#poll(int)}. */
    public List<CommittedSet> poll(int maxSets) throws PmuException {
        return reading(() -> {
            if (follower == null) {
                LogFollower fresh = newFollower();
                if (subscription != null) {
                    fresh.startAfter(connection.subscribe(region.name(), subscription));
                }
                follower = fresh;
            }
            return follower.poll(maxSets);
        });
    }

    /**
     * What clears up to a sequence by the connection's subscription.
     *
     * @throws PmuException {@code NO_SUBSCRIPTION}; {@code BEYOND_COMMITTED}
     */
    public CursorMove clearing(long throughSequence) throws PmuException {
        requireOpen();
        if (subscription == null) {
            throw new PmuException(
                    ErrorCode.NO_SUBSCRIPTION,
                    "nothing to clear in region '" + region.name()
                            + "': the connection names no subscription; configure one");
        }
        if (throughSequence > committedSequence()) {
            throw new PmuException(
                    ErrorCode.BEYOND_COMMITTED,
                    "cannot clear up to sequence " + throughSequence + " of region '" + region.name() + "': only "
                            + committedSequence() + " were committed");
        }
        return new CursorMove(subscription, throughSequence, 0);
    }

    /**
     * Moves a subscription's cursor.
     *
     * @throws PmuException {@code SUBSCRIPTION_IN_USE} if it is, or has become, another consumer's;
     *     {@code OUTCOME_UNKNOWN} if the connection ended meanwhile
     */
    public void clear(CursorMove move) throws PmuException {
        tell(() -> connection.advanceCursor(region.name(), move));
    }

    /**
     * Keeps a move of a cursor until the outcome of its transaction is known, whatever fails meanwhile.
     *
     * @throws PmuException {@code SUBSCRIPTION_IN_USE}, {@code LIMIT_REACHED}, {@code CONNECTION_LOST}: not kept;
     *     {@code OUTCOME_UNKNOWN}: unknown
     */
    public void prepareClear(BranchId branch, CursorMove move) throws PmuException {
        tell(() -> connection.prepareClear(region.name(), branch, move));
    }

    /** Something that the manager makes durable. */
    private interface Message {
        void send() throws PmuException;
    }

    /** Where the connection ends before the answer, nobody knows whether it was done. */
    private void tell(Message message) throws PmuException {
        requireOpen();
        try {
            message.send();
        } catch (PmuException e) {
            if (connection.isOpen()) {
                throw e;
            }
            throw new PmuException(ErrorCode.OUTCOME_UNKNOWN, e.getMessage(), Durability.UNKNOWN, e);
        }
    }

    /**
     * Settles what a branch has prepared to clear.
     *
     * @throws PmuException {@code BRANCH_UNKNOWN} if nothing of it is in doubt; {@code BRANCH_COMMITTED} or
     *     {@code BRANCH_ROLLED_BACK} if an administrator has decided
     */
    public void settleClear(BranchId branch, boolean commit) throws PmuException {
        requireOpen();
        try {
            connection.settleClear(region.name(), branch, commit);
        } catch (PmuException e) {
            throw e.code() == ErrorCode.BRANCH_UNKNOWN ? outcomes.heuristicOr(e, branch) : e;
        }
    }

    /** The newest committed sequence, as this instance knows it if it is the primary, else as the log says. */
    public long committedSequence() throws PmuException {
        requireOpen();
        return region.committedSequence(this);
    }

    long readCommittedSequence() throws PmuException {
        return readState().committedSequence();
    }

    private LogState readState() throws PmuException {
        return reading(() -> {
            LogFollower reader = newFollower();
            reader.recover();
            return reader.state();
        });
    }

    /** Something that only reads. */
    private interface Reading<T> {
        T carryOut() throws PmuException;
    }

    /**
     * Reads under a key that is good for that: one for writing ends with its epoch, by which another instance may be about to
     * write. Whatever fails, nothing was written, although reading may make persistent what it has read.
     */
    private <T> T reading(Reading<T> what) throws PmuException {
        requireOpen();
        if (writingEpoch != NO_EPOCH && !region.isWrittenIn(writingEpoch)) {
            memory.bind(connection, region.openForReading(connection));
            writingEpoch = NO_EPOCH;
        }
        try {
            return what.carryOut();
        } catch (PmuException e) {
            if (e.code() == ErrorCode.ACCESS_REFUSED && writingEpoch != NO_EPOCH) {
                throw new PmuException(
                        ErrorCode.CONNECTION_LOST,
                        "the connection to " + region.instance().address() + " has ended: its key for epoch "
                                + writingEpoch + " of region '" + region.name()
                                + "' was revoked, as another instance takes over; nothing was written: try again",
                        e);
            }
            throw e.durability() == Durability.UNKNOWN
                    ? new PmuException(e.code(), e.getMessage(), Durability.NOT_WRITTEN, e)
                    : e;
        }
    }

    private LogFollower newFollower() {
        return new LogFollower(memory, memory.geometry(), memory, memory.isPersistent());
    }

    /** Makes sure by a round trip that the connection is alive. */
    public void validate() throws PmuException {
        requireOpen();
        connection.region(region.name());
    }

    /** The region it belongs to. */
    public Region region() {
        return region;
    }

    BoundMemory memory() {
        return memory;
    }

    long connectionId() {
        return connection.connectionId();
    }

    void bindForWriting(long epoch) throws PmuException {
        requireOpen();
        if (writingEpoch != epoch) {
            memory.bind(connection, connection.openForWriting(region.name(), epoch));
            writingEpoch = epoch;
        }
    }

    /** It is of no use any more. */
    void broken() {
        connection.close();
    }

    /** Whether it may still work, as far as is known without asking the unit. */
    public boolean isOpen() {
        if (connection.bootNumber() < region.instance().session().bootNumber()) {
            // The unit has restarted; what is idle over TCP does not notice that by itself.
            connection.close();
        }
        return connection.isOpen();
    }

    /** Whether the unit has answered the instance within the lease; where it has not, it may have gone. */
    public boolean isSessionLive() {
        return region.instance().isSessionLive();
    }

    private void requireOpen() throws PmuException {
        if (!isOpen()) {
            throw new PmuException(
                    ErrorCode.CONNECTION_LOST,
                    "the connection to " + region.instance().address() + " has ended; nothing was written: try again");
        }
    }

    @Override
    public void close() {
        connection.close();
    }
}
