package org.pmuconnector.ra;

import java.util.List;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.PmuException;

/**
 * What a managed connection does with its data connection. An interface so that the contract's rules can be tested
 * against every failure without a unit. One thread at a time, except {@link #isOpen()} and {@link #close()}.
 */
interface RegionLink extends AutoCloseable {

    /** Writes one group; it has committed when this returns. */
    void commit(List<PendingSet> sets) throws PmuException;

    /** Writes one group that waits for its outcome. */
    void prepare(BranchId branch, List<PendingSet> sets) throws PmuException;

    /**
     * Settles a prepared group; {@code BRANCH_UNKNOWN} if it is not in doubt, {@code BRANCH_COMMITTED} or
     * {@code BRANCH_ROLLED_BACK} if an administrator has decided.
     */
    void commitPrepared(BranchId branch) throws PmuException;

    /** Settles a prepared group, as {@link #commitPrepared}. */
    void rollbackPrepared(BranchId branch) throws PmuException;

    /** Forgets that an administrator has decided; {@code BRANCH_UNKNOWN} if none has. */
    void forget(BranchId branch) throws PmuException;

    /** The branches of this instance that are prepared and not settled, or that an administrator has decided about. */
    List<BranchId> inDoubt() throws PmuException;

    /** The newest base and all sets after what it covers. */
    List<CommittedSet> recover() throws PmuException;

    /** Sets after those read last. */
    List<CommittedSet> poll(int maxSets) throws PmuException;

    /** Forgets what has been read: the next poll starts as on a new connection. */
    void rewind();

    /**
     * Checks a set before its transaction is complete, so that its writer hears of what a commit could only roll back for:
     * {@code NOT_PRIMARY}, {@code FENCED_OFF}, and {@code PAYLOAD_TOO_LARGE} if no transaction can hold it.
     */
    void checkWrite(PendingSet set, long payloadBytesBefore) throws PmuException;

    /** What clears up to a sequence; {@code NO_SUBSCRIPTION}, {@code BEYOND_COMMITTED}. */
    CursorMove clearing(long throughSequence) throws PmuException;

    /** Moves a subscription's cursor. */
    void clear(CursorMove move) throws PmuException;

    /** Keeps a move of a cursor until its transaction's outcome is known. */
    void prepareClear(BranchId branch, CursorMove move) throws PmuException;

    /** Settles what a branch has prepared to clear, as {@link #commitPrepared}. */
    void settleClear(BranchId branch, boolean commit) throws PmuException;

    /** The newest committed sequence. */
    long committedSequence() throws PmuException;

    /** One round trip to the unit. */
    void validate() throws PmuException;

    /** Whether it has not ended, as far as this side knows. */
    boolean isOpen();

    /** Whether the unit has answered the adapter's session of late; where it has not, this may have ended unnoticed. */
    boolean isSessionLive();

    @Override
    void close();
}
