package org.pmuconnector.sample.desk;

import java.util.List;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointException;

/**
 * The region as the desk uses it: each call is a transaction of its own that has committed when the call returns. When
 * a commit fails the container throws an unchecked exception of its own, with the connector's among its causes or not.
 */
public interface Journal {

    /** Records an update. */
    void append(byte[] update, int payloadVersion) throws CheckpointException;

    /** Records a base that includes everything up to a sequence. */
    void overwrite(byte[] state, int payloadVersion, long coversSequence) throws CheckpointException;

    /** The newest base and all updates after it. */
    List<Checkpoint> recover() throws CheckpointException;

    /** The newest sequence in the region; 0 if there is none. */
    long committedSequence() throws CheckpointException;
}
