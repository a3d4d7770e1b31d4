package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.LazyAssociatableConnectionManager;
import jakarta.resource.spi.LazyEnlistableConnectionManager;
import jakarta.resource.spi.ManagedConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;

/**
 * Whom a handle was asked of, for servers that associate and enlist only when a handle is used.
 *
 * @param connectionManager of the server
 * @param factory that the handle is of
 * @param info what was asked for, may be null
 */
record HandleOrigin(ConnectionManager connectionManager, ManagedConnectionFactory factory, ConnectionRequestInfo info) {

    /** Gives a handle that the server had dissociated a managed connection again. */
    void associate(CheckpointConnectionHandle handle) throws CheckpointException {
        if (!(connectionManager instanceof LazyAssociatableConnectionManager lazy)) {
            throw CheckpointErrors.misuse("the server has dissociated the connection handle for good: get a new one");
        }
        try {
            lazy.associateConnection(handle, factory, info);
        } catch (ResourceException e) {
            throw CheckpointErrors.ofContainer(e);
        }
    }

    /** Tells the server that the application has closed a handle that it had dissociated. */
    void closedInactive(CheckpointConnectionHandle handle) {
        if (connectionManager instanceof LazyAssociatableConnectionManager lazy) {
            lazy.inactiveConnectionClosed(handle, factory);
        }
    }

    /** Lets the server enlist a connection that is about to write, if there is a transaction. */
    void enlist(CheckpointManagedConnection connection) throws CheckpointException {
        if (connectionManager instanceof LazyEnlistableConnectionManager lazy) {
            try {
                lazy.lazyEnlist(connection);
            } catch (ResourceException e) {
                throw CheckpointErrors.ofContainer(e);
            }
        }
    }
}
