package org.pmuconnector.sample.desk;

import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.util.List;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.sample.state.Batch;
import org.pmuconnector.sample.state.BatchCodec;

/**
 * The region behind the connection factory {@code eis/orders}. A bean of its own rather than methods of
 * {@link OrderDesk}: a bean that calls its own methods does so without the container, and no transaction would begin or
 * commit. A checked exception alone would leave the container to commit what there is.
 */
@Stateless
@TransactionAttribute(TransactionAttributeType.REQUIRES_NEW)
public class CheckpointJournal implements Journal {

    @Resource(name = "checkpoints", lookup = "eis/orders")
    private CheckpointConnectionFactory checkpoints;

    @EJB
    private Ledger ledger;

    @Resource
    private SessionContext context;

    @Override
    public void append(Batch batch) throws CheckpointException, LedgerException {
        try {
            ledger.add(batch);
            try (CheckpointConnection connection = checkpoints.getConnection()) {
                connection.append(BatchCodec.encode(batch), BatchCodec.VERSION);
            }
        } catch (CheckpointException | LedgerException failure) {
            context.setRollbackOnly();
            throw failure;
        }
    }

    @Override
    public boolean overwrite(byte[] state, int payloadVersion, long endsAt) throws CheckpointException {
        try (CheckpointConnection connection = checkpoints.getConnection()) {
            // What commits from here on fails the transaction; what did before is seen next.
            connection.overwrite(state, payloadVersion);
            boolean complete = connection.committedSequence() == endsAt;
            if (!complete) {
                context.setRollbackOnly();
            }
            return complete;
        } catch (CheckpointException failure) {
            context.setRollbackOnly();
            throw failure;
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
}
