package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.IllegalStateException;
import jakarta.resource.spi.LocalTransaction;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.ErrorCategory;
import org.pmuconnector.checkpoint.FencedException;
import org.pmuconnector.checkpoint.PayloadTooLargeException;
import org.pmuconnector.checkpoint.UnitUnreachableException;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;

/** The managed connection's side of the contract: Connectors 6.5.4, 6.5.5, 7.5 to 7.8. */
class CheckpointManagedConnectionTest {

    private final FakeRegion region = new FakeRegion();
    private final CheckpointManagedConnection managed = region.managedConnection();
    private final FakeLink link = region.lastLink();
    private final RecordedEvents events = new RecordedEvents();

    @BeforeEach
    void listen() {
        managed.addConnectionEventListener(events);
    }

    private CheckpointConnection handle() throws Exception {
        return (CheckpointConnection) managed.getConnection(null, null);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void append_noTransaction_commitsAtOnce() throws Exception {
        CheckpointConnection connection = handle();

        connection.append(bytes("a"));
        connection.append(bytes("b"), 7);

        assertThat(region.payloads()).containsExactly("a", "b");
        assertThat(region.store.committed.get(1).payloadVersion()).isEqualTo(7);
        assertThat(link.calls).containsExactly("commit 1", "commit 1");
    }

    @Test
    void append_inATransaction_copiesThePayload() throws Exception {
        CheckpointConnection connection = handle();
        byte[] payload = bytes("a");
        connection.getLocalTransaction().begin();

        connection.append(payload);
        payload[0] = 'x';
        connection.getLocalTransaction().commit();

        assertThat(region.payloads()).containsExactly("a");
    }

    @Test
    void append_longerThanATransactionCanBe_isRefusedAtOnceAndTheRestCommits() throws Exception {
        CheckpointConnection connection = handle();
        connection.getLocalTransaction().begin();
        connection.append(bytes("a"));

        assertThatExceptionOfType(PayloadTooLargeException.class)
                .isThrownBy(() -> connection.append(new byte[FakeLink.MAX_TRANSACTION_BYTES]));
        connection.getLocalTransaction().commit();

        assertThat(region.payloads()).containsExactly("a");
    }

    @Test
    void overwrite_oneArgument_coversWhatWasCommittedThen() throws Exception {
        CheckpointConnection connection = handle();
        connection.append(bytes("a"));

        connection.overwrite(bytes("base"));

        assertThat(region.store.committed.get(1).base()).isTrue();
        assertThat(region.store.committed.get(1).coversAllBefore()).isTrue();
    }

    @Test
    void overwrite_withAVersion_coversWhatWasCommittedThenAndKeepsIt() throws Exception {
        CheckpointConnection connection = handle();
        connection.append(bytes("a"));

        connection.overwrite(bytes("base"), 3);

        assertThat(region.store.committed.get(1).coversAllBefore()).isTrue();
        assertThat(region.store.committed.get(1).payloadVersion()).isEqualTo(3);
    }

    @Test
    void overwrite_beyondWhatWasCommitted_isRefused() throws Exception {
        CheckpointConnection connection = handle();
        connection.append(bytes("a"));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> connection.overwrite(bytes("base"), 0, 2))
                .withMessageContaining("sequence 2")
                .satisfies(e -> assertThat(e.category()).isEqualTo(ErrorCategory.RECONFIGURE));
        connection.overwrite(bytes("base"), 0, 1);
        assertThat(region.payloads()).containsExactly("a", "base");
    }

    @Test
    void arguments_outOfRange_areRefused() throws Exception {
        CheckpointConnection connection = handle();

        assertMisuse(() -> connection.append(null));
        assertMisuse(() -> connection.append(bytes("a"), -1));
        assertMisuse(() -> connection.overwrite(null));
        assertMisuse(() -> connection.overwrite(bytes("a"), 0, -1));
        assertMisuse(() -> connection.poll(0));
        assertMisuse(() -> connection.clear(-1));
        assertThat(link.calls).isEmpty();
    }

    private static void assertMisuse(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.category()).isEqualTo(ErrorCategory.FATAL))
                .satisfies(e -> assertThat(e.getErrorCode()).isEqualTo(ErrorCode.MISUSE.text()));
    }

    @Test
    void clear_withoutSubscription_isRefused() throws Exception {
        region.factory.setSubscription("");
        CheckpointConnection connection = handle();

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> connection.clear(0))
                .satisfies(e -> assertThat(e.getErrorCode()).isEqualTo(ErrorCode.NO_SUBSCRIPTION.text()));
    }

    @Test
    void clear_beyondWhatWasCommitted_isRefused() throws Exception {
        CheckpointConnection connection = handle();
        connection.append(bytes("a"));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> connection.clear(2))
                .satisfies(e -> assertThat(e.getErrorCode()).isEqualTo(ErrorCode.BEYOND_COMMITTED.text()));
        connection.clear(1);
        assertThat(region.store.cursor).isEqualTo(1);
    }

    @Test
    void recoverAndPoll_committedSets_areTheRegionsInOrder() throws Exception {
        CheckpointConnection connection = handle();
        connection.append(bytes("a"));
        assertThat(connection.recover())
                .singleElement()
                .satisfies(c -> assertThat(c.region()).isEqualTo("orders"))
                .satisfies(c -> assertThat(new String(c.payload(), StandardCharsets.UTF_8))
                        .isEqualTo("a"));
        connection.append(bytes("b"));
        connection.append(bytes("c"));

        assertThat(connection.poll(1))
                .singleElement()
                .satisfies(c -> assertThat(c.sequence()).isEqualTo(2));
        assertThat(connection.poll(10))
                .singleElement()
                .satisfies(c -> assertThat(c.sequence()).isEqualTo(3));
        assertThat(connection.poll(10)).isEmpty();
        assertThat(connection.committedSequence()).isEqualTo(3);
    }

    @Test
    void close_handle_tellsTheContainerOnceAndEndsTheHandle() throws Exception {
        CheckpointConnection connection = handle();

        connection.close();
        connection.close();

        assertThat(events.ids).containsExactly(ConnectionEvent.CONNECTION_CLOSED);
        assertThat(events.last.getConnectionHandle()).isSameAs(connection);
        assertMisuse(() -> connection.append(bytes("a")));
        assertMisuse(connection::recover);
        assertMisuse(connection::getLocalTransaction);
        assertThat(link.isOpen()).isTrue();
    }

    @Test
    void getConnection_twice_sharesTheTransaction() throws Exception {
        LocalTransaction transaction = managed.getLocalTransaction();
        transaction.begin();
        try (CheckpointConnection first = handle();
                CheckpointConnection second = handle()) {
            first.append(bytes("a"));
            second.append(bytes("b"));
            first.append(bytes("c"));
        }

        transaction.commit();

        assertThat(region.payloads()).containsExactly("a", "b", "c");
        assertThat(link.calls).containsExactly("commit 3");
    }

    @Test
    void associateConnection_handleOfAnother_movesIt() throws Exception {
        CheckpointManagedConnection other = region.managedConnection();
        FakeLink otherLink = region.lastLink();
        CheckpointConnection connection = handle();

        other.associateConnection(connection);
        managed.destroy();
        connection.append(bytes("a"));

        assertThat(otherLink.calls).containsExactly("commit 1");
        connection.close();
        assertThat(events.ids).isEmpty();
    }

    @Test
    void associateConnection_closedOrForeignHandle_isRefused() throws Exception {
        CheckpointConnection connection = handle();
        connection.close();

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> managed.associateConnection(connection));
        assertThatExceptionOfType(jakarta.resource.ResourceException.class)
                .isThrownBy(() -> managed.associateConnection("no handle"));
    }

    @Test
    void cleanup_openHandlesAndTransaction_endsThemAndKeepsTheConnection() throws Exception {
        CheckpointConnection connection = handle();
        connection.append(bytes("a"));
        connection.recover();
        connection.getLocalTransaction().begin();
        connection.append(bytes("b"));

        managed.cleanup();
        managed.cleanup();

        assertMisuse(() -> connection.append(bytes("c")));
        CheckpointConnection next = handle();
        next.append(bytes("d"));
        assertThat(region.payloads()).containsExactly("a", "d");
        assertThat(next.poll(10)).as("read from the start again").hasSize(2);
        assertThat(region.links).hasSize(1);
    }

    @Test
    void destroy_twice_freesOnce() throws Exception {
        CheckpointConnection connection = handle();

        managed.destroy();
        managed.destroy();
        managed.cleanup();

        assertThat(link.isOpen()).isFalse();
        assertThat(region.releaseCount).isEqualTo(1);
        assertMisuse(() -> connection.append(bytes("a")));
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(this::handle);
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(managed::getMetaData);
    }

    @Test
    void errorEvent_connectionBroken_isFiredOnceWithTheCause() throws Exception {
        CheckpointConnection connection = handle();
        link.loseNext(ErrorCode.OUTCOME_UNKNOWN, Durability.UNKNOWN);

        assertThatExceptionOfType(CheckpointException.class).isThrownBy(() -> connection.append(bytes("a")));
        assertThatExceptionOfType(UnitUnreachableException.class).isThrownBy(connection::recover);

        assertThat(events.ids).containsExactly(ConnectionEvent.CONNECTION_ERROR_OCCURRED);
        assertThat(events.last.getException()).isInstanceOf(CheckpointException.class);
        assertThat(managed.matches(region.factory, SignOn.ANONYMOUS)).isFalse();
    }

    @Test
    void errorEvent_refusedWithTheConnectionIntact_isNotFired() throws Exception {
        CheckpointConnection connection = handle();
        link.failNext(ErrorCode.FENCED_OFF, Durability.NOT_WRITTEN);

        assertThatExceptionOfType(FencedException.class).isThrownBy(() -> connection.append(bytes("a")));

        assertThat(events.ids).isEmpty();
        assertThat(managed.matches(region.factory, SignOn.ANONYMOUS)).isTrue();
    }

    @Test
    void errorEvent_brokenInACommit_isFired() throws Exception {
        XAResource xa = managed.getXAResource();
        xa.start(new TestXid(1), XAResource.TMNOFLAGS);
        handle().append(bytes("a"));
        xa.end(new TestXid(1), XAResource.TMSUCCESS);
        link.loseNext(ErrorCode.CONNECTION_LOST, Durability.NOT_WRITTEN);

        assertThatExceptionOfType(javax.transaction.xa.XAException.class)
                .isThrownBy(() -> xa.commit(new TestXid(1), true));

        assertThat(events.ids).containsExactly(ConnectionEvent.CONNECTION_ERROR_OCCURRED);
    }

    @Test
    void errorEvent_listenerRemoved_isNotHeard() throws Exception {
        managed.removeConnectionEventListener(events);

        handle().close();

        assertThat(events.ids).isEmpty();
    }

    @Test
    void getConnection_connectionEndedWhileIdle_connectsAnew() throws Exception {
        handle().close();
        link.close();

        handle().append(bytes("a"));

        assertThat(region.links).hasSize(2);
        assertThat(region.payloads()).containsExactly("a");
        assertThat(events.ids).containsExactly(ConnectionEvent.CONNECTION_CLOSED);
    }

    @Test
    void getConnection_sessionLostAndUnitDoesNotAnswer_connectsAnew() throws Exception {
        handle().close();
        link.sessionLive = false;
        link.failNext(ErrorCode.CONNECTION_LOST, Durability.UNKNOWN);

        handle().append(bytes("a"));

        assertThat(region.links).hasSize(2);
        assertThat(link.isOpen()).isFalse();
        assertThat(region.payloads()).containsExactly("a");
    }

    @Test
    void getConnection_sessionLostAndUnitAnswers_keepsTheConnection() throws Exception {
        handle().close();
        link.sessionLive = false;

        handle().append(bytes("a"));

        assertThat(region.links).hasSize(1);
    }

    @Test
    void getConnection_unitStillAway_saysSoToCallerAndContainer() {
        link.close();
        region.unreachable = true;

        assertThatExceptionOfType(UnitUnreachableException.class).isThrownBy(this::handle);
        assertThat(events.ids).containsExactly(ConnectionEvent.CONNECTION_ERROR_OCCURRED);
    }

    @Test
    void localTransaction_byTheApplication_tellsTheContainer() throws Exception {
        CheckpointConnection connection = handle();

        connection.getLocalTransaction().begin();
        connection.append(bytes("a"));
        assertThat(region.payloads()).isEmpty();
        connection.getLocalTransaction().commit();
        connection.getLocalTransaction().begin();
        connection.append(bytes("b"));
        connection.getLocalTransaction().rollback();

        assertThat(region.payloads()).containsExactly("a");
        assertThat(events.ids)
                .containsExactly(
                        ConnectionEvent.LOCAL_TRANSACTION_STARTED,
                        ConnectionEvent.LOCAL_TRANSACTION_COMMITTED,
                        ConnectionEvent.LOCAL_TRANSACTION_STARTED,
                        ConnectionEvent.LOCAL_TRANSACTION_ROLLEDBACK);
    }

    @Test
    void localTransaction_byTheContainer_firesNoEvent() throws Exception {
        LocalTransaction transaction = managed.getLocalTransaction();
        transaction.begin();
        handle().append(bytes("a"));
        transaction.commit();

        assertThat(region.payloads()).containsExactly("a");
        assertThat(events.ids).isEmpty();
    }

    @Test
    void localTransaction_commitFails_isOverAndRolledBack() throws Exception {
        CheckpointConnection connection = handle();
        connection.getLocalTransaction().begin();
        connection.append(bytes("a"));
        link.failNext(ErrorCode.REGION_FULL, Durability.NOT_WRITTEN);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> connection.getLocalTransaction().commit());

        assertThat(events.ids)
                .containsExactly(
                        ConnectionEvent.LOCAL_TRANSACTION_STARTED, ConnectionEvent.LOCAL_TRANSACTION_ROLLEDBACK);
        connection.append(bytes("b"));
        assertThat(region.payloads()).containsExactly("b");
    }

    @Test
    void localTransaction_outOfOrder_isRefused() throws Exception {
        CheckpointConnection connection = handle();
        assertMisuse(() -> connection.getLocalTransaction().commit());
        assertMisuse(() -> connection.getLocalTransaction().rollback());
        connection.getLocalTransaction().begin();

        assertMisuse(() -> connection.getLocalTransaction().begin());
    }

    @Test
    void localTransaction_inAGlobalOne_isRefused() throws Exception {
        CheckpointConnection connection = handle();
        managed.getXAResource().start(new TestXid(1), XAResource.TMNOFLAGS);

        assertMisuse(connection::getLocalTransaction);
        assertMisuse(() -> managed.getLocalTransaction().begin());
    }

    @Test
    void metaData_open_namesTheProduct() throws Exception {
        assertThat(managed.getMetaData().getEISProductName()).isEqualTo("Persistent memory unit");
        assertThat(managed.getMetaData().getEISProductVersion()).isNotBlank();
        assertThat(managed.getMetaData().getMaxConnections()).isZero();
        assertThat(managed.getMetaData().getUserName()).isEmpty();
    }

    @Test
    void logWriter_set_isKept() {
        PrintWriter writer = new PrintWriter(new StringWriter());

        managed.setLogWriter(writer);

        assertThat(managed.getLogWriter()).isSameAs(writer);
    }

    @Test
    void describe_anything_namesRegionAndUnit() {
        assertThat(managed.toString()).contains("orders", "embedded:test");
        assertThat(managed.isValid()).isTrue();
        link.close();
        assertThat(managed.isValid()).isFalse();
    }
}
