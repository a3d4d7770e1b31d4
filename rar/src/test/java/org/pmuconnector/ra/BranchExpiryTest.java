package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.TimerTask;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pmuconnector.log.PendingSet;

/** What overdue transaction branches hold is freed in time. */
class BranchExpiryTest {

    @RegisterExtension
    final EmbeddedUnit unit = new EmbeddedUnit();

    private final PmuResourceAdapter adapter = new PmuResourceAdapter();
    private final TestServer server = new TestServer();

    @AfterEach
    void stop() {
        adapter.stop();
    }

    private BranchTable branches() throws Exception {
        adapter.setUnitAddress(unit.address());
        adapter.start(server);
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setRegion("orders");
        factory.setResourceAdapter(adapter);
        return adapter.units().attach(factory).branches();
    }

    @Test
    void branch_overdue_isEmptiedByTheServersTimer() throws Exception {
        BranchTable branches = branches();
        Branch overdue = branches.begin(BranchXid.of(new TestXid(1)), Duration.ofNanos(1));
        Branch patient = branches.begin(BranchXid.of(new TestXid(2)), Duration.ofHours(1));
        patient.add(PendingSet.update("kept".getBytes(UTF_8), 0));

        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (overdue.state() == BranchState.ACTIVE) {
            assertThat(System.nanoTime()).as("waiting for the timer").isLessThan(deadline);
            Thread.onSpinWait();
        }

        assertThat(overdue.state()).isEqualTo(BranchState.ROLLBACK_ONLY);
        assertThat(patient.payloadBytes()).isEqualTo(4);
        assertThat(catchThrowableOfType(XAException.class, () -> branches.begin(overdue.xid(), Duration.ZERO))
                        .errorCode)
                .isEqualTo(XAException.XAER_DUPID);
    }

    @Test
    void stop_endsTheTimer() throws Exception {
        branches();
        assertThat(server.timers()).hasSize(1);

        adapter.stop();

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> server.timers().get(0).schedule(nothing(), 1))
                .withMessageContaining("cancelled");
    }

    @Test
    void start_withoutATimer_goesOn() throws Exception {
        server.refuseWork();
        adapter.setUnitAddress(unit.address());

        adapter.start(server);

        assertThat(server.timers()).isEmpty();
    }

    private static TimerTask nothing() {
        return new TimerTask() {
            @Override
            public void run() {
                // Nothing to do.
            }
        };
    }
}
