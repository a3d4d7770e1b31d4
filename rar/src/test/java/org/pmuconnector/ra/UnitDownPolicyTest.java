package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import jakarta.resource.spi.ConnectionEvent;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.OutcomeUnknownException;
import org.pmuconnector.checkpoint.UnitUnreachableException;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;

/** What a write does while the unit is away. */
class UnitDownPolicyTest {

    private final FakeRegion region = new FakeRegion();
    private final RecordedEvents events = new RecordedEvents();
    private CheckpointManagedConnection managed;

    @BeforeEach
    void waitForTheUnit() {
        region.policy = UnitDownPolicy.WAIT;
        connect();
    }

    private void connect() {
        managed = region.managedConnection();
        managed.addConnectionEventListener(events);
    }

    private CheckpointConnection handle() throws Exception {
        return (CheckpointConnection) managed.getConnection(null, null);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** The unit goes, and comes back while the second attempt waits. */
    private void restartUnit() {
        region.lastLink().loseNext(ErrorCode.CONNECTION_LOST, Durability.NOT_WRITTEN);
        region.unreachable = true;
        region.comesBack = () -> {
            region.unreachable = region.waits < 2;
            return true;
        };
    }

    private static void assertUnreachable(ThrowingCallable call) {
        assertThat(catchThrowableOfType(UnitUnreachableException.class, call)).isNotNull();
    }

    @Test
    void fail_isSaidAtOnceAndTheConnectionIsOfNoMoreUse() throws Exception {
        region.policy = UnitDownPolicy.FAIL;
        connect();
        CheckpointConnection connection = handle();
        restartUnit();

        assertUnreachable(() -> connection.append(bytes("a")));

        assertThat(region.waits).isZero();
        assertThat(events.ids()).containsExactly(ConnectionEvent.CONNECTION_ERROR_OCCURRED);
    }

    @Test
    void wait_unitComesBack_writesOverANewConnectionAndKeepsIt() throws Exception {
        CheckpointConnection connection = handle();
        restartUnit();

        connection.append(bytes("a"));

        assertThat(region.payloads()).containsExactly("a");
        assertThat(region.waits).isEqualTo(2);
        assertThat(events.ids()).isEmpty();
        connection.append(bytes("b"));
        assertThat(region.links).hasSize(2);
    }

    @Test
    void wait_ofALocalTransaction_commitsAllOfIt() throws Exception {
        CheckpointConnection connection = handle();
        connection.getLocalTransaction().begin();
        connection.append(bytes("a"));
        connection.append(bytes("b"));
        restartUnit();

        connection.getLocalTransaction().commit();

        assertThat(region.payloads()).containsExactly("a", "b");
    }

    @Test
    void wait_ofABranch_preparesIt() throws Exception {
        XAResource xa = managed.getXAResource();
        xa.start(new TestXid(1), XAResource.TMNOFLAGS);
        handle().append(bytes("a"));
        xa.end(new TestXid(1), XAResource.TMSUCCESS);
        restartUnit();

        assertThat(xa.prepare(new TestXid(1))).isEqualTo(XAResource.XA_OK);
        xa.commit(new TestXid(1), false);

        assertThat(region.payloads()).containsExactly("a");
    }

    @Test
    void wait_unitStaysAway_failsAsItWouldHaveAtOnce() throws Exception {
        CheckpointConnection connection = handle();
        region.lastLink().loseNext(ErrorCode.CONNECTION_LOST, Durability.NOT_WRITTEN);

        assertUnreachable(() -> connection.append(bytes("a")));

        assertThat(region.waits).isEqualTo(1);
        assertThat(events.ids()).containsExactly(ConnectionEvent.CONNECTION_ERROR_OCCURRED);
        assertThat(region.payloads()).isEmpty();
    }

    @Test
    void wait_outcomeUnknown_isNotTriedAgain() throws Exception {
        CheckpointConnection connection = handle();
        region.lastLink().loseNextAnswer();

        assertThatExceptionOfType(OutcomeUnknownException.class).isThrownBy(() -> connection.append(bytes("a")));

        assertThat(region.waits).isZero();
        assertThat(region.payloads()).containsExactly("a");
    }

    @Test
    void wait_whatWaitingCannotMend_failsAtOnce() throws Exception {
        XAResource xa = managed.getXAResource();
        xa.start(new TestXid(1), XAResource.TMNOFLAGS);
        handle().append(bytes("a"));
        xa.end(new TestXid(1), XAResource.TMSUCCESS);
        region.lastLink().failNext(ErrorCode.REGION_FULL, Durability.NOT_WRITTEN);

        XAException refused = catchThrowableOfType(XAException.class, () -> xa.commit(new TestXid(1), true));

        assertThat(refused.errorCode).isEqualTo(XAException.XA_RBROLLBACK);
        assertThat(region.waits).isZero();
    }
}
