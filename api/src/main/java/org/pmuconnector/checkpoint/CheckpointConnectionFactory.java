package org.pmuconnector.checkpoint;

import jakarta.resource.Referenceable;
import java.io.Serializable;

/**
 * Hands out connections to one region of a persistent memory unit; the object that an administrator configures and a
 * bean injects. Safe for use by many threads.
 */
public interface CheckpointConnectionFactory extends Serializable, Referenceable {

    /**
     * A connection under the credentials that the container or the configuration supplies.
     *
     * @return a handle to close after use, usually in the method that obtained it
     * @throws UnitUnreachableException if the unit does not answer and the pool has no connection left
     * @throws CheckpointException if the unit refuses the connection; nothing was written
     */
    CheckpointConnection getConnection() throws CheckpointException;

    /**
     * A connection under credentials of the caller's (component-managed sign-on).
     *
     * @throws CheckpointException as {@link #getConnection()}
     */
    CheckpointConnection getConnection(String userName, String password) throws CheckpointException;
}
