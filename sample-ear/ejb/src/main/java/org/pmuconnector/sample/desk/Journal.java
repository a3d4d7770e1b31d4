package org.pmuconnector.sample.desk;

import java.util.List;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.sample.state.Batch;

/**
 * The region as the desk uses it: each call is a transaction of its own that has committed when the call returns. When
 * a commit fails the container throws an unchecked exception of its own, with the connector's among its causes or not.
 */
public interface Journal {

    /**
     * Records a batch as an update, and in the database if there is one: in both or in neither.
     *
     * @throws LedgerException if the database did not take it; nothing was recorded
     */
    void append(Batch batch) throws CheckpointException, LedgerException;

    /**
     * Records a base.
     *
     * @param endsAt the newest sequence that the state includes
     * @return whether it was recorded; not if the region holds a set that the state does not include
     */
    boolean overwrite(byte[] state, int payloadVersion, long endsAt) throws CheckpointException;

    /** The newest base and all updates after it. */
    List<Checkpoint> recover() throws CheckpointException;

    /** The newest sequence in the region; 0 if there is none. */
    long committedSequence() throws CheckpointException;
}
