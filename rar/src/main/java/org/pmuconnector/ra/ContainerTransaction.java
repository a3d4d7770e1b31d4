package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.LocalTransaction;
import org.pmuconnector.model.PmuException;

/** A local transaction that the container demarcates: no events, it knows what it does. */
final class ContainerTransaction implements LocalTransaction {

    private final CheckpointManagedConnection connection;

    ContainerTransaction(CheckpointManagedConnection connection) {
        this.connection = connection;
    }

    @Override
    public void begin() throws ResourceException {
        demarcate(CheckpointManagedConnection::beginLocal);
    }

    @Override
    public void commit() throws ResourceException {
        demarcate(CheckpointManagedConnection::commitLocal);
    }

    @Override
    public void rollback() throws ResourceException {
        demarcate(CheckpointManagedConnection::rollbackLocal);
    }

    private interface Demarcation {
        void of(CheckpointManagedConnection connection) throws PmuException;
    }

    private void demarcate(Demarcation demarcation) throws ResourceException {
        try {
            demarcation.of(connection);
        } catch (PmuException e) {
            throw CheckpointErrors.of(e);
        }
    }
}
