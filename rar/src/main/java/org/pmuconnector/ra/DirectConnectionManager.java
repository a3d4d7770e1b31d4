package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;

/** The default connection manager of the non-managed mode (Connectors 6.5.2): no pool, no container transactions. */
final class DirectConnectionManager implements ConnectionManager {

    private static final long serialVersionUID = 1L;

    @Override
    public Object allocateConnection(ManagedConnectionFactory factory, ConnectionRequestInfo info)
            throws ResourceException {
        ManagedConnection connection = factory.createManagedConnection(null, info);
        connection.addConnectionEventListener(new DestroyWhenClosed());
        return connection.getConnection(null, info);
    }

    /** A connection serves one handle, and goes with it. */
    private static final class DestroyWhenClosed implements ConnectionEventListener {

        @Override
        public void connectionClosed(ConnectionEvent event) {
            destroy(event);
        }

        @Override
        public void connectionErrorOccurred(ConnectionEvent event) {
            destroy(event);
        }

        private static void destroy(ConnectionEvent event) {
            ((CheckpointManagedConnection) event.getSource()).destroy();
        }

        @Override
        public void localTransactionStarted(ConnectionEvent event) {
            // Nothing to manage: the application demarcates it.
        }

        @Override
        public void localTransactionCommitted(ConnectionEvent event) {
            // Nothing to manage: the application demarcates it.
        }

        @Override
        public void localTransactionRolledback(ConnectionEvent event) {
            // Nothing to manage: the application demarcates it.
        }
    }
}
