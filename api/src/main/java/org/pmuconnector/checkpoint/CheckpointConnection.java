package org.pmuconnector.checkpoint;

import jakarta.resource.cci.LocalTransaction;
import java.util.List;

/**
 * A handle to one region of a persistent memory unit.
 *
 * <p>What is written joins the transaction in progress: the container's (XA or local), or one begun with
 * {@link #getLocalTransaction()}. Without any, each call is a transaction of its own and has committed when it returns.
 * A committed set survives what the region's persistence level promises: {@code VISIBLE} the death of every client
 * process, {@code PERSISTENT} also the loss of power at the unit.
 *
 * <p>A handle belongs to one thread at a time. Every method throws {@link CheckpointException} with category
 * {@link ErrorCategory#FATAL} if the handle has been closed.
 */
public interface CheckpointConnection extends AutoCloseable {

    /** Adds an update with payload version 0. See {@link #append(byte[], int)}. */
    void append(byte[] update) throws CheckpointException;

    /**
     * Adds an update to the region; standbys see it, after all that committed before, when the transaction commits.
     *
     * @param update what changed, in the application's own encoding; copied before the call returns
     * @param payloadVersion the version of that encoding, 0 or more, handed back in {@link Checkpoint#payloadVersion()}
     * @throws PayloadTooLargeException if the update is longer than the region can hold in one set; nothing was written
     * @throws RegionFullException if retention has not freed enough room; nothing was written
     * @throws NotPrimaryException if another instance is the region's primary, or this instance's activation has not
     *     become it yet; nothing was written
     * @throws FencedException if another instance took over; {@link CheckpointException#durability()} says what became
     *     of the update
     * @throws OutcomeUnknownException if, without a transaction, the connection broke and the unit could not be asked
     *     what became of the update
     */
    void append(byte[] update, int payloadVersion) throws CheckpointException;

    /** Replaces all that is stored by a complete state with payload version 0. See {@link #overwrite(byte[], int)}. */
    void overwrite(byte[] state) throws CheckpointException;

    /**
     * Replaces all that is stored by a complete state. It covers what was committed when this is called and the
     * transaction's own earlier updates.
     *
     * @param state the complete state; copied before the call returns
     * @param payloadVersion the version of its encoding, 0 or more
     * @throws StaleOverwriteException when the transaction commits, if another one committed in between: the state given
     *     cannot include that one's update; nothing was written, take a new snapshot and try again
     * @throws CheckpointException as {@link #append(byte[], int)}
     */
    void overwrite(byte[] state, int payloadVersion) throws CheckpointException;

    /**
     * Replaces all that is stored up to a sequence by a complete state (a base). The former base and the updates it
     * needs stay readable until the new one has committed whole.
     *
     * @param state the complete state; copied before the call returns
     * @param payloadVersion the version of its encoding, 0 or more
     * @param coversSequence the sequence of the newest update that the state includes, 0 or more; later ones are
     *     recovered on top of it
     * @throws CheckpointException as {@link #append(byte[], int)}; category {@link ErrorCategory#RECONFIGURE} if the
     *     sequence lies beyond what was committed
     */
    void overwrite(byte[] state, int payloadVersion, long coversSequence) throws CheckpointException;

    /**
     * All that is needed to rebuild the state, in one bulk read: the newest base, if there is one, and every update
     * committed after what it covers, in commit order. Afterwards {@link #poll(int)} goes on behind it.
     *
     * @throws CheckpointException if the unit cannot be read
     */
    List<Checkpoint> recover() throws CheckpointException;

    /**
     * What was committed since the last {@link #recover()} or {@code poll}; at first, since the cursor of the
     * connection's subscription or, without one, from the oldest set retained.
     *
     * @param maxSets the most sets to return, 1 or more
     * @return sets in commit order, empty if there is nothing new
     * @throws SetsTrimmedException if the next set was freed before it was read; call {@link #recover()} to go on
     * @throws CheckpointException if the unit cannot be read
     */
    List<Checkpoint> poll(int maxSets) throws CheckpointException;

    /**
     * Marks all sets up to a sequence as taken by this connection's subscription; in a region that retains until
     * cleared this frees their room. Takes effect when the transaction commits; a lower sequence than before changes
     * nothing.
     *
     * @throws CheckpointException category {@link ErrorCategory#RECONFIGURE} if the connection factory names no
     *     subscription or the sequence lies beyond what was committed
     */
    void clear(long throughSequence) throws CheckpointException;

    /**
     * The sequence of the newest set committed in the region, as far as this instance knows; 0 if there is none.
     *
     * @throws CheckpointException if the unit cannot be read
     */
    long committedSequence() throws CheckpointException;

    /**
     * Demarcates a transaction of this connection alone.
     *
     * @throws CheckpointException if the connection takes part in a transaction of the container's
     */
    LocalTransaction getLocalTransaction() throws CheckpointException;

    /** Gives the handle back. A transaction in progress goes on; closing twice does nothing. */
    @Override
    void close();
}
