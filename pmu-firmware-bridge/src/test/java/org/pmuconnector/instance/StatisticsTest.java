package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.pmuconnector.RecordedLog;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/** What instances count, on a unit in this process. */
class StatisticsTest extends InstanceFixture {

    private static final long RECORD_HEADER_BYTES = 64;

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for a condition").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void statistics_ofAPrimary_countWhatItCommitted() throws Exception {
        RunningInstance a = instance("a");
        RegionConnection writer = connect(a);
        Region region = writer.region();
        assertThat(region.statistics().role()).isEqualTo(RegionRole.NONE);
        assertThat(region.statistics().writes().commitLatency()).isEqualTo(LatencyStatistics.NONE);

        writer.commit(List.of(update("1"), update("2")));
        writer.commit(List.of(update("3")));
        BranchId branch = new BranchId(7, new byte[] {1}, new byte[] {1}, "a");
        writer.prepare(branch, List.of(update("4"), update("5"), update("6")));
        long bytesBefore = region.statistics().writes().bytes();
        assertThat(region.statistics().writes().sets()).isEqualTo(3);
        writer.commitPrepared(branch);

        RegionStatistics found = region.statistics();
        assertThat(found.role()).isEqualTo(RegionRole.PRIMARY);
        assertThat(found.epoch()).isEqualTo(1);
        assertThat(found.takeovers()).isEqualTo(1);
        assertThat(found.lag()).isNull();
        assertThat(found.writes().commits()).isEqualTo(3);
        assertThat(found.writes().sets()).isEqualTo(6);
        assertThat(bytesBefore).isGreaterThan(6L * RECORD_HEADER_BYTES);
        assertThat(found.writes().bytes()).isGreaterThan(bytesBefore);
        assertThat(found.writes().rejected()).isZero();
        assertThat(found.lastFailure()).isNull();
        LatencyStatistics latency = found.writes().commitLatency();
        assertThat(latency.count()).isEqualTo(3);
        assertThat(latency.medianNanos()).isPositive().isLessThanOrEqualTo(latency.p99Nanos());
        assertThat(latency.p99Nanos()).isLessThanOrEqualTo(latency.maxNanos());
    }

    @Test
    void statistics_writeRefused_countItAndTellWhy() throws Exception {
        connect(instance("a")).commit(List.of(update("1")));
        RegionConnection other = connect(instance("b"));

        assertThatExceptionOfType(PmuException.class).isThrownBy(() -> other.commit(List.of(update("2"))));
        assertThatExceptionOfType(PmuException.class).isThrownBy(() -> other.checkWrite(update("3"), 0));

        RegionStatistics found = other.region().statistics();
        assertThat(found.writes().rejected()).isEqualTo(2);
        assertThat(found.writes().undecided()).isZero();
        assertThat(found.writes().commits()).isZero();
        assertThat(found.lastFailure().text()).contains("live primary: a");
    }

    @Test
    void statistics_outcomeOfAnUnknownBranch_isARejectedWrite() throws Exception {
        RegionConnection writer = connect(instance("a"));
        writer.commit(List.of(update("1")));

        assertThat(catchThrowable(() -> writer.commitPrepared(branch(9, "a")))).isNotNull();

        assertThat(writer.region().statistics().writes().rejected()).isEqualTo(1);
    }

    @Test
    void statistics_ofAStandby_tellHowFarTheListenerIsBehind() throws Exception {
        RegionConnection writer = connect(instance("a"));
        writer.commit(List.of(update("12345"), update("67")));
        Region seenByB = instance("b").region("orders", REGION_BYTES);
        RunningReplica standby = keep(new RunningReplica(seenByB, Role.STANDBY));
        standby.listener.awaitCall("67");
        await(() -> seenByB.statistics().role() == RegionRole.STANDBY
                && seenByB.statistics().lag().sets() == 0);
        assertThat(seenByB.statistics().activations()).isEqualTo(1);
        assertThat(seenByB.statistics().lag().bytes()).isZero();

        standby.listener.failNext(Integer.MAX_VALUE);
        writer.commit(List.of(update("8"), update("90")));

        await(() -> seenByB.statistics().lag().sets() == 2);
        long millis = seenByB.statistics().lag().millis();
        assertThat(seenByB.statistics().lag().bytes()).isEqualTo(3);
        await(() -> seenByB.statistics().lag().millis() > millis + 20);
        await(() -> seenByB.statistics().lastFailure() != null);
        assertThat(seenByB.statistics().lastFailure().text()).contains("the test's listener fails");

        standby.listener.failNext(0);
        standby.listener.awaitCall("90");
        await(() -> seenByB.statistics().lag().sets() == 0
                && seenByB.statistics().lag().bytes() == 0);
        await(() -> seenByB.statistics().lag().millis() < 1000);
    }

    @Test
    void statistics_afterAnActivationsTakeover_tellItsStages() throws Exception {
        RunningInstance a = instance("a");
        connect(a).commit(List.of(update("1"), update("2"), update("3")));
        RunningInstance b = instance("b");
        Region seenByB = connect(b).region();
        try (RecordedLog log = RecordedLog.of(RegionReplica.class.getPackage())) {
            assertThat(seenByB.statistics().lastTakeover()).isNull();
            a.close();
            RunningReplica successor = keep(new RunningReplica(seenByB, Role.AUTO));
            await(() -> seenByB.statistics().lastTakeover() != null);

            TakeoverTimes times = seenByB.statistics().lastTakeover();
            assertThat(times.sets()).isEqualTo(3);
            assertThat(times.fenceNanos()).isPositive().isLessThanOrEqualTo(times.grantNanos());
            assertThat(times.readNanos()).isPositive();
            assertThat(times.sealNanos()).isPositive();
            assertThat(times.deliverNanos()).isPositive();
            assertThat(times.tellNanos()).isPositive();
            assertThat(times.totalNanos())
                    .isEqualTo(times.grantNanos()
                            + times.readNanos()
                            + times.sealNanos()
                            + times.deliverNanos()
                            + times.tellNanos());
            await(() -> log.messages().stream()
                    .anyMatch(message -> message.contains("PMU-M309 Instance b took region orders over in epoch 2")
                            && message.contains("3 sets read in ")));
            assertThat(successor.listener.term().epoch()).isEqualTo(2);
        }
    }

    @Test
    void statistics_afterATakeover_countItOnBothSides() throws Exception {
        RunningInstance a = instance("a");
        Region seenByA = a.region("orders", REGION_BYTES);
        RunningReplica former = keep(new RunningReplica(seenByA, Role.AUTO));
        former.listener.awaitCall("primary:1");
        assertThat(seenByA.statistics().role()).isEqualTo(RegionRole.PRIMARY);
        Region seenByB = instance("b").region("orders", REGION_BYTES);
        try (UnitConnection connection = seenByB.instance().connect()) {
            BoundMemory memory = new BoundMemory(connection, seenByB.openForReading(connection));
            seenByB.install(Takeover.claim(seenByB, memory, connection.region("orders"), true)
                    .recoverAndSeal());
        }
        former.listener.awaitCall("fenced:1");

        await(() -> seenByA.statistics().role() == RegionRole.STANDBY);
        assertThat(seenByA.statistics().fencings()).isEqualTo(1);
        assertThat(seenByA.statistics().primaryInstance()).isEqualTo("b");
        assertThat(seenByA.statistics().epoch()).isEqualTo(2);
        assertThat(a.instance.statistics().fencings()).isEqualTo(1);
        assertThat(seenByB.statistics().takeovers()).isEqualTo(1);
        assertThat(seenByB.statistics().fencings()).isZero();
    }

    @Test
    void statistics_primaryGone_nameNobody() throws Exception {
        RunningInstance a = instance("a");
        connect(a).commit(List.of(update("1")));
        Region seenByB = instance("b").region("orders", REGION_BYTES);
        keep(new RunningReplica(seenByB, Role.STANDBY));
        await(() -> seenByB.statistics().primaryInstance().equals("a"));
        assertThat(a.region("orders", REGION_BYTES).statistics().primaryInstance())
                .isEqualTo("a");

        a.close();

        await(() -> seenByB.statistics().primaryInstance().isEmpty());
        assertThat(seenByB.statistics().epoch()).isEqualTo(1);
    }

    @Test
    void statistics_ofAnInstance_tellOfItsSession() throws Exception {
        RunningInstance a = instance("a");
        connect(a);

        InstanceStatistics found = a.instance.statistics();

        assertThat(found.sessionUp()).isTrue();
        assertThat(found.bootNumber()).isEqualTo(1);
        assertThat(found.lease()).isPositive();
        assertThat(found.reconnects()).isZero();
        assertThat(found.lastFailure()).isNull();
    }

    @Test
    void statistics_unitNotThere_tellWhy() throws Exception {
        UnitAddress nowhere = new UnitAddress(
                UnitAddress.Transport.EMBEDDED,
                null,
                0,
                directory.resolve("nowhere").toString());
        RunningInstance a = keep(new RunningInstance("a", new EmbeddedFabric(nowhere)));

        await(() -> a.instance.statistics().lastFailure() != null);

        assertThat(a.instance.statistics().lastFailure().text()).contains("nowhere");
        assertThat(a.instance.statistics().sessionUp()).isFalse();
        assertThat(a.instance.statistics().bootNumber()).isZero();
        assertThat(a.instance.statistics().lease()).isZero();
    }
}
