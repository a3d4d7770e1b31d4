package org.pmuconnector.ra.chaos;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.pmuconnector.checkpoint.CheckpointConnection;

/** Writes in two phases, as a transaction manager with another resource would. Safe for use by many threads. */
final class TwoPhaseWriter {

    private final HistoryFile history;
    private final ManagedConnectionFactory factory;
    private final Decisions decisions;

    /** Operations that failed on their way: somebody has to find out, and to settle them. */
    private final Set<String> unsettled = ConcurrentHashMap.newKeySet();

    /** A writer over connections of its own. */
    TwoPhaseWriter(HistoryFile history, ManagedConnectionFactory factory, Decisions decisions) {
        this.history = history;
        this.factory = factory;
        this.decisions = decisions;
    }

    /** Whether it was acknowledged. What was not is rolled back, or is settled later. */
    boolean write(String operation, List<String> ids) throws ResourceException {
        ManagedConnection managed = factory.createManagedConnection(null, null);
        decisions.enter(operation);
        try {
            history.called(operation, "TWO_PHASE", ids);
            return write(managed, operation, ids);
        } finally {
            decisions.leave(operation);
            managed.destroy();
        }
    }

    private boolean write(ManagedConnection managed, String operation, List<String> ids) {
        ChaosXid xid = new ChaosXid(operation);
        try {
            XAResource resource = managed.getXAResource();
            resource.start(xid, XAResource.TMNOFLAGS);
            try (CheckpointConnection connection = (CheckpointConnection) managed.getConnection(null, null)) {
                for (String id : ids) {
                    connection.append(new Content(id, List.of()).encode());
                }
            }
            resource.end(xid, XAResource.TMSUCCESS);
            resource.prepare(xid);
            decisions.decide(operation);
            resource.commit(xid, false);
            history.returned(operation, "ACKNOWLEDGED", "-");
            return true;
        } catch (XAException | ResourceException e) {
            unsettled.add(operation);
            return false;
        }
    }

    /** Settles what is in doubt; whether nothing is left. */
    boolean settle(XAResource resource) throws XAException {
        return decisions.settle(resource, unsettled);
    }
}
