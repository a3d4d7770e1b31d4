package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.LazyAssociatableConnectionManager;
import jakarta.resource.spi.LazyEnlistableConnectionManager;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.Test;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;

/** Servers that associate and enlist connections only when a handle is used. */
class LazyConnectionTest {

    private final FakeRegion region = new FakeRegion();
    private final LazyServer server = new LazyServer();
    private final CheckpointConnectionFactoryImpl factory = new CheckpointConnectionFactoryImpl(region.factory, server);

    /** Has one managed connection at a time, and does late what it can. */
    private final class LazyServer
            implements ConnectionManager, LazyAssociatableConnectionManager, LazyEnlistableConnectionManager {

        private static final long serialVersionUID = 1L;

        private final transient List<String> calls = new ArrayList<>();
        private transient CheckpointManagedConnection managed = region.managedConnection();
        private transient TestXid transaction;

        @Override
        public Object allocateConnection(ManagedConnectionFactory from, ConnectionRequestInfo info)
                throws ResourceException {
            return managed.getConnection(null, info);
        }

        @Override
        public void associateConnection(Object handle, ManagedConnectionFactory from, ConnectionRequestInfo info)
                throws ResourceException {
            calls.add("associate");
            assertThat(from).isSameAs(region.factory);
            managed.associateConnection(handle);
        }

        @Override
        public void inactiveConnectionClosed(Object handle, ManagedConnectionFactory from) {
            calls.add("closed");
        }

        @Override
        public void lazyEnlist(ManagedConnection connection) throws ResourceException {
            calls.add("enlist");
            if (transaction != null) {
                try {
                    connection.getXAResource().start(transaction, XAResource.TMNOFLAGS);
                } catch (XAException e) {
                    throw new ResourceException(e);
                }
            }
        }
    }

    private static void write(CheckpointConnection connection, String text) throws CheckpointException {
        connection.append(text.getBytes(UTF_8));
    }

    @Test
    void dissociatedHandle_usedAgain_isAssociatedWithWhatTheServerHas() throws Exception {
        CheckpointConnection connection = factory.getConnection();
        server.managed.dissociateConnections();
        CheckpointManagedConnection former = server.managed;
        server.managed = region.managedConnection();

        write(connection, "a");
        write(connection, "b");
        connection.close();

        assertThat(server.calls).containsExactly("associate", "enlist", "enlist");
        assertThat(region.payloads()).containsExactly("a", "b");
        assertThat(region.links.get(0).calls).isEmpty();
        // Nothing of it belongs to the first one any more.
        former.cleanup();
        assertThatExceptionOfType(CheckpointException.class).isThrownBy(() -> write(connection, "c"));
    }

    @Test
    void dissociatedHandle_closed_isToldToTheServerOnce() throws Exception {
        CheckpointConnection connection = factory.getConnection();
        server.managed.dissociateConnections();

        connection.close();
        connection.close();

        assertThat(server.calls).containsExactly("closed");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> write(connection, "a"))
                .withMessageContaining("closed");
    }

    @Test
    void dissociatedHandle_serverThatDoesNotAssociateLate_isAnError() throws Exception {
        CheckpointManagedConnection managed = server.managed;
        CheckpointConnection connection = new CheckpointConnectionFactoryImpl(
                        region.factory, (from, info) -> managed.getConnection(null, info))
                .getConnection();
        managed.dissociateConnections();

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> write(connection, "a"))
                .withMessageContaining("dissociated");
    }

    @Test
    void write_inATransaction_isEnlistedByTheFirstOne() throws Exception {
        server.transaction = new TestXid(1);
        CheckpointConnection connection = factory.getConnection();
        assertThat(connection.committedSequence()).isZero();
        assertThat(server.calls).isEmpty();

        write(connection, "a");
        write(connection, "b");
        assertThat(region.payloads()).isEmpty();
        XAResource resource = server.managed.getXAResource();
        resource.end(server.transaction, XAResource.TMSUCCESS);
        resource.commit(server.transaction, true);

        assertThat(server.calls).containsExactly("enlist");
        assertThat(region.payloads()).containsExactly("a", "b");
    }

    @Test
    void localTransaction_whereTheServerHasATransaction_isRefused() throws Exception {
        server.transaction = new TestXid(1);
        CheckpointConnection connection = factory.getConnection();

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(connection::getLocalTransaction)
                .withMessageContaining("container's transactions");
    }

    @Test
    void dissociate_destroyedConnection_isRefused() {
        server.managed.destroy();

        assertThatExceptionOfType(ResourceException.class).isThrownBy(() -> server.managed.dissociateConnections());
    }
}
