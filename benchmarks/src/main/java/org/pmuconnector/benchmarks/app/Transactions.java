package org.pmuconnector.benchmarks.app;

import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import jakarta.resource.ResourceException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;

/** Each method is one transaction of the container's. */
@Stateless
public class Transactions {

    @Resource(lookup = "eis/orders")
    private CheckpointConnectionFactory checkpoints;

    @Resource(lookup = "java:appserver/TransactionManager")
    private TransactionManager manager;

    /** Appends to the region, its only resource. */
    public void append(byte[] update) throws CheckpointException {
        try (CheckpointConnection connection = checkpoints.getConnection()) {
            connection.append(update);
        }
    }

    /** Replaces all by a base, which frees the room of what was appended. */
    public void overwrite(byte[] state) throws CheckpointException {
        try (CheckpointConnection connection = checkpoints.getConnection()) {
            connection.overwrite(state);
        }
    }

    /** Takes a connection and gives it back, and writes nothing. */
    public void connect() throws ResourceException {
        checkpoints.getConnection().close();
    }

    /** Enlists a resource that does nothing. */
    public void enlist() throws SystemException, RollbackException {
        manager.getTransaction().enlistResource(new IdleResource());
    }

    /** Has no resource. */
    public void idle() {}
}
