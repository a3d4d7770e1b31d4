package org.pmuconnector.sample.desk;

import jakarta.annotation.Resource;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.util.List;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;

/**
 * The region behind the connection factory {@code eis/orders}. A bean of its own rather than methods of
 * {@link OrderDesk}: a bean that calls its own methods does so without the container, and no transaction would begin or
 * commit.
 */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class CheckpointJournal implements Journal {

    @Resource(name = "checkpoints", lookup = "eis/orders")
    private CheckpointConnectionFactory checkpoints;

    @Resource
    private SessionContext context;

    @Override
    public void append(byte[] update, int payloadVersion) throws CheckpointException {
        try (CheckpointConnection connection = checkpoints.getConnection()) {
            connection.append(update, payloadVersion);
        } catch (CheckpointException failure) {
            throw rolledBack(failure);
        }
    }

    @Override
    public void overwrite(byte[] state, int payloadVersion, long coversSequence) throws CheckpointException {
        try (CheckpointConnection connection = checkpoints.getConnection()) {
            connection.overwrite(state, payloadVersion, coversSequence);
        } catch (CheckpointException failure) {
            throw rolledBack(failure);
        }
    }

    @Override
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public List<Checkpoint> recover() throws CheckpointException {
        try (CheckpointConnection connection = checkpoints.getConnection()) {
            return connection.recover();
        }
    }

    @Override
    @TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
    public long committedSequence() throws CheckpointException {
        try (CheckpointConnection connection = checkpoints.getConnection()) {
            return connection.committedSequence();
        }
    }

    /** A checked exception alone would leave the container to commit what there is. */
    private CheckpointException rolledBack(CheckpointException failure) {
        context.setRollbackOnly();
        return failure;
    }
}
