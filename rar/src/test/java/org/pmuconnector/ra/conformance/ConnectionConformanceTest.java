package org.pmuconnector.ra.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.Referenceable;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import java.io.PrintWriter;
import java.io.Serializable;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.naming.Reference;
import javax.security.auth.Subject;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.Test;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.ra.CheckpointManagedConnectionFactory;
import org.pmuconnector.ra.Copies;
import org.pmuconnector.ra.RecordedEvents;

/** Connection Management. */
class ConnectionConformanceTest extends RunningAdapter {

    private static final int THREADS = 4;
    private static final int WRITES = 25;
    private static final long PATIENCE_SECONDS = 60;

    /** A server's, which notes what it is asked and makes a connection each time. */
    private static final class RecordingManager implements ConnectionManager {

        private static final long serialVersionUID = 1L;

        private final transient List<ManagedConnectionFactory> factories = new ArrayList<>();
        private final transient List<ConnectionRequestInfo> infos = new ArrayList<>();
        private final transient List<Thread> threads = new ArrayList<>();

        @Override
        public Object allocateConnection(ManagedConnectionFactory factory, ConnectionRequestInfo info)
                throws ResourceException {
            factories.add(factory);
            infos.add(info);
            threads.add(Thread.currentThread());
            return factory.createManagedConnection(null, null).getConnection(null, null);
        }
    }

    @Section({"6.5.1", "6.5.2"})
    @Test
    void getConnection_inAServer_asksItsConnectionManagerInTheSameThread() throws Exception {
        RecordingManager manager = new RecordingManager();
        CheckpointManagedConnectionFactory managedFactory = factory("orders");
        CheckpointConnectionFactory connections =
                (CheckpointConnectionFactory) managedFactory.createConnectionFactory(manager);

        connections.getConnection().append(bytes("a"));
        connections.getConnection("alice", "secret").append(bytes("b"));
        connections.getConnection("alice", "secret").append(bytes("c"));
        connections.getConnection("alice", "other").append(bytes("d"));

        assertThat(manager.factories).hasSize(4).containsOnly(managedFactory);
        assertThat(manager.threads).containsOnly(Thread.currentThread());
        assertThat(manager.infos.get(0)).isNull();
        assertThat(manager.infos.get(1))
                .isEqualTo(manager.infos.get(2))
                .hasSameHashCodeAs(manager.infos.get(2))
                .isNotEqualTo(manager.infos.get(3));
    }

    @Section("6.5.1")
    @Test
    void connectionFactory_made_canBeStoredInANamingService() throws Exception {
        CheckpointManagedConnectionFactory managedFactory = new CheckpointManagedConnectionFactory();
        managedFactory.setUnitAddress(unit.address());
        managedFactory.setRegion("orders");
        Object made = managedFactory.createConnectionFactory();
        assertThat(made).isInstanceOf(Serializable.class).isInstanceOf(Referenceable.class);
        Reference reference = new Reference("some.Class");

        ((Referenceable) made).setReference(reference);

        assertThat(((Referenceable) made).getReference()).isSameAs(reference);
        CheckpointConnectionFactory copy = (CheckpointConnectionFactory) Copies.serialized(made);
        try (CheckpointConnection connection = copy.getConnection()) {
            connection.append(bytes("a"));
            assertThat(texts(connection)).containsExactly("a");
        }
    }

    @Section({"6.5.2", "6.9"})
    @Test
    void defaultConnectionManager_closedHandle_closesThePhysicalConnection() throws Exception {
        CheckpointManagedConnectionFactory managedFactory = new CheckpointManagedConnectionFactory();
        managedFactory.setUnitAddress(unit.address());
        managedFactory.setRegion("orders");
        CheckpointConnectionFactory connections =
                (CheckpointConnectionFactory) managedFactory.createConnectionFactory();
        CheckpointConnection connection = connections.getConnection();
        connection.append(bytes("a"));

        connection.close();

        assertThatExceptionOfType(CheckpointException.class).isThrownBy(connection::committedSequence);
        // The unit, which one process at a time may have open, is free for the adapter.
        assertThat(texts(handle(managed("orders")))).containsExactly("a");
    }

    @Section("6.5.3")
    @Test
    void managedConnectionFactory_serialized_isEqualAndWorksOnceAssociated() throws Exception {
        CheckpointManagedConnectionFactory original = factory("orders");
        CheckpointManagedConnectionFactory copy = Copies.serialized(original);
        assertThat(copy).isEqualTo(original).hasSameHashCodeAs(original);

        copy.setResourceAdapter(adapter);
        handle(copy.createManagedConnection(null, null)).append(bytes("a"));

        assertThat(texts(handle(original.createManagedConnection(null, null)))).containsExactly("a");
    }

    @Section("6.5.3")
    @Test
    void matchManagedConnections_emptyOrForeign_isNull() throws Exception {
        CheckpointManagedConnectionFactory orders = factory("orders");
        ManagedConnection ofTrades = managed("trades");

        assertThat(orders.matchManagedConnections(Set.of(), null, null)).isNull();
        assertThat(orders.matchManagedConnections(Set.of(ofTrades), null, null)).isNull();
        assertThat(factory("trades").matchManagedConnections(Set.of(ofTrades), null, null))
                .isSameAs(ofTrades);
    }

    @Section("6.5.3")
    @Test
    void getInvalidConnections_oneDestroyed_isThatOne() throws Exception {
        ManagedConnection whole = managed("orders");
        ManagedConnection destroyed = managed("orders");
        destroyed.destroy();

        Set<?> invalid = factory("orders").getInvalidConnections(Set.of(whole, destroyed));

        assertThat(invalid).hasSize(1);
        assertThat(invalid.contains(destroyed)).isTrue();
    }

    @Section("6.5.3")
    @Test
    void createManagedConnection_subjectWithoutRequestInfo_servesRecovery() throws Exception {
        XAResource resource =
                factory("orders").createManagedConnection(new Subject(), null).getXAResource();

        assertThat(resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN))
                .isEmpty();
    }

    @Section("6.5.4")
    @Test
    void getConnection_again_invalidatesNoHandleBefore() throws Exception {
        ManagedConnection managed = managed("orders");
        CheckpointConnection first = handle(managed);
        CheckpointConnection second = handle(managed);

        first.append(bytes("a"));
        second.append(bytes("b"));
        first.close();
        second.append(bytes("c"));

        assertThat(texts(second)).containsExactly("a", "b", "c");
    }

    @Section("6.5.4")
    @Test
    void handles_usedByManyThreads_loseNothing() throws Exception {
        ManagedConnection managed = managed("orders");
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> writers = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                CheckpointConnection own = handle(managed);
                writers.add(() -> {
                    for (int write = 0; write < WRITES; write++) {
                        own.append(bytes("a"));
                    }
                    return null;
                });
            }
            for (Future<Void> written : threads.invokeAll(writers, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                assertThat(written.get()).isNull();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(handle(managed).committedSequence()).isEqualTo((long) THREADS * WRITES);
    }

    @Section("6.5.4")
    @Test
    void cleanup_openHandles_invalidatesThemAndKeepsThePhysicalConnection() throws Exception {
        ManagedConnection managed = managed("orders");
        CheckpointConnection before = handle(managed);
        before.append(bytes("a"));

        managed.cleanup();
        managed.cleanup();

        assertThatExceptionOfType(CheckpointException.class).isThrownBy(() -> before.append(bytes("b")));
        assertThat(texts(handle(managed))).containsExactly("a");
    }

    @Section("6.5.4")
    @Test
    void destroy_again_throwsNothing() throws Exception {
        ManagedConnection managed = managed("orders");

        managed.destroy();
        managed.destroy();

        assertThatExceptionOfType(ResourceException.class).isThrownBy(() -> handle(managed));
        assertThatExceptionOfType(ResourceException.class).isThrownBy(managed::getMetaData);
    }

    /** A listener that leaves while it is told. */
    private static final class LeavingEvents extends RecordedEvents {

        @Override
        public void connectionClosed(ConnectionEvent event) {
            super.connectionClosed(event);
            ((ManagedConnection) event.getSource()).removeConnectionEventListener(this);
        }
    }

    @Section({"6.5.4", "6.5.6"})
    @Test
    void listeners_oneLeavesWhileTold_othersAreToldAsWell() throws Exception {
        ManagedConnection managed = managed("orders");
        RecordedEvents leaving = new LeavingEvents();
        RecordedEvents staying = new RecordedEvents();
        managed.addConnectionEventListener(leaving);
        managed.addConnectionEventListener(staying);

        handle(managed).close();
        handle(managed).close();

        assertThat(leaving.ids()).containsExactly(ConnectionEvent.CONNECTION_CLOSED);
        assertThat(staying.ids()).containsExactly(ConnectionEvent.CONNECTION_CLOSED, ConnectionEvent.CONNECTION_CLOSED);
    }

    @Section({"6.5.7", "6.8.3"})
    @Test
    void connectionClosed_told_namesItsSourceAndLeavesThePhysicalConnection() throws Exception {
        ManagedConnection managed = managed("orders");
        RecordedEvents events = new RecordedEvents();
        managed.addConnectionEventListener(events);
        CheckpointConnection connection = handle(managed);

        connection.close();

        assertThat(events.ids()).containsExactly(ConnectionEvent.CONNECTION_CLOSED);
        assertThat(events.last().getSource()).isSameAs(managed);
        assertThat(events.last().getConnectionHandle()).isSameAs(connection);
        Set<?> invalid = factory("orders").getInvalidConnections(Set.of(managed));
        assertThat(invalid).isEmpty();
        handle(managed).append(bytes("a"));
    }

    @Section("6.5.6")
    @Test
    void connectionErrorOccurred_unitGone_isToldOnceAndBeforeTheApplication() throws Exception {
        ManagedConnection managed = managed("orders");
        RecordedEvents events = new RecordedEvents();
        managed.addConnectionEventListener(events);
        CheckpointConnection connection = handle(managed);
        connection.append(bytes("a"));
        adapter.stop();

        List<Integer> toldWhenThrown = new ArrayList<>();
        assertThatExceptionOfType(CheckpointException.class).isThrownBy(() -> {
            try {
                connection.append(bytes("b"));
            } finally {
                toldWhenThrown.addAll(events.ids());
            }
        });
        assertThatExceptionOfType(CheckpointException.class).isThrownBy(connection::committedSequence);

        assertThat(toldWhenThrown).containsExactly(ConnectionEvent.CONNECTION_ERROR_OCCURRED);
        assertThat(events.ids()).containsExactly(ConnectionEvent.CONNECTION_ERROR_OCCURRED);
        assertThat(events.last().getException()).isInstanceOf(CheckpointException.class);
    }

    @Section("6.6.1")
    @Test
    void logWriter_ofTheFactory_isNullAtFirstAndToldOfFailures() throws Exception {
        CheckpointManagedConnectionFactory managedFactory = factory("orders");
        managedFactory.setUnitAddress("embedded:" + unit.path() + "-missing");
        assertThat(managedFactory.getLogWriter()).isNull();
        assertThatExceptionOfType(ResourceException.class)
                .isThrownBy(() -> managedFactory.createManagedConnection(null, null));
        StringWriter written = new StringWriter();

        managedFactory.setLogWriter(new PrintWriter(written));
        assertThatExceptionOfType(ResourceException.class)
                .isThrownBy(() -> managedFactory.createManagedConnection(null, null));

        assertThat(written.toString()).contains("region orders", "-missing");
    }

    @Section("6.6.2")
    @Test
    void logWriter_ofAConnection_isItsFactorysUntilItIsReplaced() throws Exception {
        CheckpointManagedConnectionFactory managedFactory = factory("orders");
        StringWriter written = new StringWriter();
        PrintWriter inherited = new PrintWriter(written);
        managedFactory.setLogWriter(inherited);
        ManagedConnection managed = managedFactory.createManagedConnection(null, null);
        ManagedConnection silent = managedFactory.createManagedConnection(null, null);
        assertThat(managed.getLogWriter()).isSameAs(inherited);

        silent.setLogWriter(null);
        CheckpointConnection untold = handle(silent);
        CheckpointConnection told = handle(managed);
        adapter.stop();
        assertThatExceptionOfType(CheckpointException.class).isThrownBy(() -> untold.append(bytes("a")));
        assertThat(written.toString()).isEmpty();
        assertThatExceptionOfType(CheckpointException.class).isThrownBy(() -> told.append(bytes("a")));

        assertThat(written.toString()).contains("region orders", "no more use");
    }
}
