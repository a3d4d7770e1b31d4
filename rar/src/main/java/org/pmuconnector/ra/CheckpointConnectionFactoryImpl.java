package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import java.util.Objects;
import javax.naming.Reference;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;

/** The factory that applications inject; asks the container, or the default connection manager, for connections. */
final class CheckpointConnectionFactoryImpl implements CheckpointConnectionFactory {

    private static final long serialVersionUID = 1L;

    private final CheckpointManagedConnectionFactory managedConnectionFactory;
    private final ConnectionManager connectionManager;
    private Reference reference;

    CheckpointConnectionFactoryImpl(
            CheckpointManagedConnectionFactory managedConnectionFactory, ConnectionManager connectionManager) {
        this.managedConnectionFactory = Objects.requireNonNull(managedConnectionFactory);
        this.connectionManager = Objects.requireNonNull(connectionManager);
    }

    @Override
    public CheckpointConnection getConnection() throws CheckpointException {
        return allocate(null);
    }

    @Override
    public CheckpointConnection getConnection(String userName, String password) throws CheckpointException {
        return allocate(new CheckpointRequestInfo(userName, password));
    }

    private CheckpointConnection allocate(ConnectionRequestInfo info) throws CheckpointException {
        try {
            Object connection = connectionManager.allocateConnection(managedConnectionFactory, info);
            if (connection instanceof CheckpointConnectionHandle handle) {
                handle.allocatedBy(new HandleOrigin(connectionManager, managedConnectionFactory, info));
            }
            return (CheckpointConnection) connection;
        } catch (ResourceException e) {
            throw CheckpointErrors.ofContainer(e);
        }
    }

    @Override
    public void setReference(Reference reference) {
        this.reference = reference;
    }

    @Override
    public Reference getReference() {
        return reference;
    }
}
