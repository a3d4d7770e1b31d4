package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.cci.LocalTransaction;
import jakarta.resource.spi.ConnectionEvent;
import org.pmuconnector.model.PmuException;

/** A local transaction that the application demarcates; the container hears of it by events (Connectors 7.7.2). */
final class ApplicationTransaction implements LocalTransaction {

    private final CheckpointConnectionHandle handle;

    ApplicationTransaction(CheckpointConnectionHandle handle) {
        this.handle = handle;
    }

    @Override
    public void begin() throws ResourceException {
        demarcate(CheckpointManagedConnection::beginLocal, ConnectionEvent.LOCAL_TRANSACTION_STARTED);
    }

    @Override
    public void commit() throws ResourceException {
        demarcate(CheckpointManagedConnection::commitLocal, ConnectionEvent.LOCAL_TRANSACTION_COMMITTED);
    }

    @Override
    public void rollback() throws ResourceException {
        demarcate(CheckpointManagedConnection::rollbackLocal, ConnectionEvent.LOCAL_TRANSACTION_ROLLEDBACK);
    }

    private interface Demarcation {
        void of(CheckpointManagedConnection connection) throws PmuException;
    }

    private void demarcate(Demarcation demarcation, int eventId) throws ResourceException {
        CheckpointManagedConnection connection = handle.open();
        boolean wasInProgress = connection.isInLocalTransaction();
        try {
            demarcation.of(connection);
        } catch (PmuException e) {
            if (wasInProgress && !connection.isInLocalTransaction()) {
                connection.events().fire(ConnectionEvent.LOCAL_TRANSACTION_ROLLEDBACK, handle);
            }
            throw CheckpointErrors.of(e);
        }
        connection.events().fire(eventId, handle);
    }
}
