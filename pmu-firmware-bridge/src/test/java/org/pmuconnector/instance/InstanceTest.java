package org.pmuconnector.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;

/** Instances, their connections and their replicas, on a unit in this process. */
class InstanceTest extends InstanceFixture {

    private static PmuException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(PmuException.class, call);
    }

    @Test
    void commit_severalGroups_anotherInstanceReadsThemInOrder() throws Exception {
        RegionConnection writer = connect(instance("a"));
        assertThat(writer.commit(List.of(update("1"), update("2")))).isEqualTo(2);
        assertThat(writer.commit(List.of(update("3")))).isEqualTo(3);

        RegionConnection reader = connect(instance("b"));
        assertThat(texts(reader.recover())).containsExactly("1", "2", "3");
        writer.commit(List.of(update("4")));
        assertThat(texts(reader.poll(10))).containsExactly("4");
        assertThat(reader.poll(10)).isEmpty();
    }

    @Test
    void connect_only_claimsNothing() throws Exception {
        RegionConnection first = connect(instance("a"));
        first.validate();
        assertThat(first.recover()).isEmpty();

        connect(instance("b")).commit(List.of(update("1")));

        PmuException refused = failure(() -> first.commit(List.of(update("2"))));
        assertThat(refused.code()).isEqualTo(ErrorCode.NOT_PRIMARY);
        assertThat(refused.durability()).isEqualTo(Durability.NOT_WRITTEN);
        assertThat(refused).hasMessageContaining("live primary: b").hasMessageContaining("orders");
    }

    @Test
    void commit_afterAnotherTookOver_isFencedAndNotWritten() throws Exception {
        RunningInstance a = instance("a");
        RegionConnection old = connect(a);
        old.commit(List.of(update("1")));
        Region seenByB = instance("b").region("orders", REGION_BYTES);
        RegionConnection fresh = keep(seenByB.connect(null));
        takeOverByForce(seenByB);

        PmuException fenced = failure(() -> old.commit(List.of(update("stale"))));
        assertThat(fenced.code()).isEqualTo(ErrorCode.FENCED_OFF);
        assertThat(fenced.durability()).isEqualTo(Durability.NOT_WRITTEN);
        RegionConnection again = connect(a);
        assertThat(failure(() -> again.commit(List.of(update("stale")))).code()).isEqualTo(ErrorCode.FENCED_OFF);

        fresh.commit(List.of(update("2")));
        assertThat(texts(connect(instance("c")).recover())).containsExactly("1", "2");
    }

    /** As an operator would; an instance by itself never takes over from a live one. */
    private void takeOverByForce(Region region) throws PmuException {
        try (UnitConnection connection = region.instance().connect()) {
            BoundMemory memory = new BoundMemory(connection, region.openForReading(connection));
            region.install(Takeover.claim(region, memory, connection.region(region.name()), true)
                    .recoverAndSeal());
        }
    }

    @Test
    void committedSequence_ofReaderAndWriter_agree() throws Exception {
        RegionConnection writer = connect(instance("a"));
        RegionConnection reader = connect(instance("b"));
        assertThat(writer.committedSequence()).isZero();
        writer.commit(List.of(update("1"), update("2")));
        assertThat(writer.committedSequence()).isEqualTo(2);
        assertThat(reader.committedSequence()).isEqualTo(2);
    }

    @Test
    void baseOfAll_afterAnotherCommit_isRefusedAsStale() throws Exception {
        RunningInstance a = instance("a");
        RegionConnection one = connect(a);
        RegionConnection other = connect(a);
        one.commit(List.of(update("1")));
        long seen = one.committedSequence();
        other.commit(List.of(update("2")));

        PmuException stale = failure(() -> one.commit(List.of(PendingSet.baseOfAll("1".getBytes(UTF_8), 0, seen))));
        assertThat(stale.code()).isEqualTo(ErrorCode.STALE_OVERWRITE);
        one.commit(List.of(PendingSet.baseOfAll("1+2".getBytes(UTF_8), 0, one.committedSequence())));
        assertThat(texts(connect(instance("b")).recover())).containsExactly("1+2");
    }

    @Test
    void commit_byManyThreads_allAreThereOnceAndInSequence() throws Exception {
        RunningInstance a = instance("a");
        int threads = 6;
        int each = 100;
        var sequences = new ConcurrentLinkedQueue<Long>();
        var failures = new ConcurrentLinkedQueue<Throwable>();
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            RegionConnection connection = connect(a);
            String prefix = "t" + t + "-";
            Thread thread = new Thread(() -> {
                try {
                    for (int i = 0; i < each; i++) {
                        sequences.add(connection.commit(List.of(update(prefix + i))));
                    }
                } catch (PmuException | RuntimeException e) {
                    failures.add(e);
                }
            });
            all.add(thread);
            thread.start();
        }
        for (Thread thread : all) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(sequences).doesNotHaveDuplicates().hasSize(threads * each);
        List<CommittedSet> read = connect(instance("b")).recover();
        assertThat(texts(read)).doesNotHaveDuplicates().hasSize(threads * each);
        for (int i = 0; i < read.size(); i++) {
            assertThat(read.get(i).sequence()).isEqualTo(i + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(FaultyFabric.Fault.class)
    void commit_connectionBreaks_isResolvedAndNotGuessed(FaultyFabric.Fault fault) throws Exception {
        FaultyFabric fabric = new FaultyFabric(new EmbeddedFabric(address));
        RunningInstance a = keep(new RunningInstance("a", fabric));
        RegionConnection first = connect(a);
        first.commit(List.of(update("1")));
        fabric.failNextWrite(fault);

        boolean arrived = fault == FaultyFabric.Fault.BEFORE_FLUSH || fault == FaultyFabric.Fault.AFTER_FLUSH;
        if (arrived) {
            assertThat(first.commit(List.of(update("2")))).isEqualTo(2);
        } else {
            PmuException lost = failure(() -> first.commit(List.of(update("2"))));
            assertThat(lost.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
            assertThat(lost.durability()).isEqualTo(Durability.NOT_WRITTEN);
        }
        assertThat(first.isOpen()).isFalse();

        RegionConnection second = connect(a);
        second.commit(List.of(update("3")));
        List<String> expected = arrived ? List.of("1", "2", "3") : List.of("1", "3");
        assertThat(texts(connect(instance("b")).recover())).isEqualTo(expected);
    }

    /** As after a partition: connections can be made again before the session is. */
    @Test
    void commit_connectionBreaksAndTheSessionIsAwayForAWhile_isResolvedAndNotGuessed() throws Exception {
        FaultyFabric fabric = new FaultyFabric(new EmbeddedFabric(address));
        RegionConnection connection = connect(keep(new RunningInstance("a", fabric)));
        connection.commit(List.of(update("1")));
        fabric.failNextWrite(FaultyFabric.Fault.AFTER_FLUSH, () -> fabric.refuseConnections(3));

        assertThat(connection.commit(List.of(update("2")))).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(FaultyFabric.Fault.class)
    void commit_fencedWhileConnectionBreaks_theLogTells(FaultyFabric.Fault fault) throws Exception {
        FaultyFabric fabric = new FaultyFabric(new EmbeddedFabric(address));
        RegionConnection old = connect(keep(new RunningInstance("a", fabric)));
        old.commit(List.of(update("1")));
        Region seenByB = instance("b").region("orders", REGION_BYTES);
        fabric.failNextWrite(fault, () -> {
            try {
                takeOverByForce(seenByB);
            } catch (PmuException e) {
                throw new AssertionError(e);
            }
        });

        boolean arrived = fault == FaultyFabric.Fault.BEFORE_FLUSH || fault == FaultyFabric.Fault.AFTER_FLUSH;
        if (arrived) {
            assertThat(old.commit(List.of(update("2")))).isEqualTo(2);
        } else {
            PmuException fenced = failure(() -> old.commit(List.of(update("2"))));
            assertThat(fenced.code()).isEqualTo(ErrorCode.FENCED_OFF);
            assertThat(fenced.durability()).isEqualTo(Durability.NOT_WRITTEN);
        }
        keep(seenByB.connect(null)).commit(List.of(update("3")));
        List<String> expected = arrived ? List.of("1", "2", "3") : List.of("1", "3");
        assertThat(texts(connect(instance("c")).recover())).isEqualTo(expected);
    }

    @Test
    void commit_regionFull_isRefusedUntilABaseFreesIt() throws Exception {
        RegionConnection writer = connect(instance("a"));
        byte[] kilobytes = new byte[16 << 10];
        PmuException full = null;
        int stored = 0;
        while (full == null) {
            full = failure(() -> writer.commit(List.of(PendingSet.update(kilobytes, 0))));
            stored += full == null ? 1 : 0;
            assertThat(stored).isLessThan(100);
        }
        assertThat(full.code()).isEqualTo(ErrorCode.REGION_FULL);
        assertThat(full.durability()).isEqualTo(Durability.NOT_WRITTEN);
        assertThat(writer.committedSequence()).isEqualTo(stored);

        byte[] state = new byte[(int) REGION_BYTES / 8];
        writer.commit(List.of(PendingSet.baseOfAll(state, 0, stored)));
        for (int lap = 0; lap < 200; lap++) {
            if (failure(() -> writer.commit(List.of(PendingSet.update(kilobytes, 0)))) != null) {
                writer.commit(List.of(PendingSet.baseOfAll(state, 0, writer.committedSequence())));
            }
        }
        assertThat(connect(instance("b")).recover().get(0).base()).isTrue();
    }

    @Test
    void clear_retentionByClearing_freesTheRoom() throws Exception {
        RunningInstance a = instance("a");
        Region region = a.instance.region(RunningInstance.settings("queue", REGION_BYTES, Retention.CLEARED));
        RegionConnection writer = keep(region.connect(null));
        RegionConnection taker = keep(region.connect("settlement"));
        byte[] payload = new byte[64 << 10];
        for (int i = 0; i < 100; i++) {
            writer.commit(List.of(PendingSet.update(payload, 0)));
            List<CommittedSet> taken = taker.poll(10);
            assertThat(taken).hasSize(1);
            taker.clear(taker.clearing(taken.get(0).sequence()));
        }
        RegionConnection late = keep(region.connect("settlement"));
        assertThat(late.poll(10)).isEmpty();
    }

    @Test
    void prepared_acrossATakeover_isInDoubtAndSettledByTheNewPrimary() throws Exception {
        RunningInstance a = instance("a");
        RegionConnection first = connect(a);
        first.commit(List.of(update("1")));
        first.prepare(branch(1, "a"), List.of(update("p1")));
        first.prepare(branch(2, "a"), List.of(update("p2")));
        first.commit(List.of(update("2")));
        assertThat(first.inDoubt()).containsExactly(branch(1, "a"), branch(2, "a"));
        a.close();

        RunningInstance again = instance("a");
        RegionConnection second = connect(again);
        assertThat(second.inDoubt()).containsExactly(branch(1, "a"), branch(2, "a"));
        second.commitPrepared(branch(2, "a"));
        second.rollbackPrepared(branch(1, "a"));
        assertThat(second.inDoubt()).isEmpty();
        assertThat(failure(() -> second.commitPrepared(branch(2, "a"))).code()).isEqualTo(ErrorCode.BRANCH_UNKNOWN);
        assertThat(texts(connect(instance("b")).recover())).containsExactly("1", "2", "p2");
    }

    @Test
    void replicas_ofTwoInstances_oneIsPrimaryAndTheOtherFollowsAndTakesOver() throws Exception {
        RunningInstance a = instance("a");
        RunningInstance b = instance("b");
        RunningReplica primary = keep(new RunningReplica(a.region("orders", REGION_BYTES), Role.AUTO));
        primary.listener.awaitCall("primary:1");
        RunningReplica standby = keep(new RunningReplica(b.region("orders", REGION_BYTES), Role.AUTO));
        RegionConnection writer = connect(a);
        writer.commit(List.of(update("1")));
        writer.commit(List.of(update("2"), update("3")));
        standby.listener.awaitCall("3");
        RegionConnection onStandby = connect(b);
        assertThat(failure(() -> onStandby.commit(List.of(update("no")))).code())
                .isEqualTo(ErrorCode.NOT_PRIMARY);
        assertThat(primary.listener.term().isValid()).isTrue();

        a.instance.close();
        standby.listener.awaitCall("primary:2");
        assertThat(standby.listener.calls()).containsExactly("1", "2", "3", "primary:2");
        assertThat(primary.listener.term().isValid()).isFalse();
        onStandby.commit(List.of(update("4")));
        assertThat(texts(connect(b).recover())).containsExactly("1", "2", "3", "4");
    }

    @Test
    void replica_coldStart_deliversBaseAndUpdatesThenPrimary() throws Exception {
        RunningInstance a = instance("a");
        RegionConnection writer = connect(a);
        writer.commit(List.of(update("old")));
        writer.commit(List.of(PendingSet.baseOfAll("state".getBytes(UTF_8), 0, 1)));
        writer.commit(List.of(update("1")));
        a.close();
        RunningReplica replica = keep(new RunningReplica(instance("b").region("orders", REGION_BYTES), Role.AUTO));
        replica.listener.awaitCall("primary:2");
        assertThat(replica.listener.calls()).containsExactly("base:state", "1", "primary:2");
    }

    @Test
    void replica_fenced_isToldAndRejoinsFromTheNewestBase() throws Exception {
        RunningInstance a = instance("a");
        RunningReplica first = keep(new RunningReplica(a.region("orders", REGION_BYTES), Role.AUTO));
        first.listener.awaitCall("primary:1");
        connect(a).commit(List.of(update("1")));
        Region seenByB = instance("b").region("orders", REGION_BYTES);
        takeOverByForce(seenByB);
        keep(seenByB.connect(null)).commit(List.of(update("2")));

        first.listener.awaitCall("2");
        assertThat(first.listener.calls()).containsExactly("primary:1", "fenced:1", "reset", "1", "2");
    }

    @Test
    void replica_listenerFails_sameSetIsDeliveredAgain() throws Exception {
        RunningInstance a = instance("a");
        RunningReplica standby = keep(new RunningReplica(instance("b").region("orders", REGION_BYTES), Role.STANDBY));
        standby.listener.failNext(2);
        RegionConnection writer = connect(a);
        writer.commit(List.of(update("1")));
        writer.commit(List.of(update("2")));
        standby.listener.awaitCall("2");
        assertThat(standby.listener.calls()).containsExactly("1", "2");
    }

    @Test
    void replicas_racingForAVacantRegion_oneWins() throws Exception {
        List<RunningReplica> replicas = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            replicas.add(keep(new RunningReplica(instance("i" + i).region("orders", REGION_BYTES), Role.AUTO)));
        }
        RecordingListener winner = null;
        while (winner == null) {
            for (RunningReplica replica : replicas) {
                if (!replica.listener.calls().isEmpty()) {
                    winner = replica.listener;
                }
            }
            Thread.onSpinWait();
        }
        winner.awaitCall("primary:1");
        assertThat(replicas.stream().filter(r -> !r.listener.calls().isEmpty())).hasSize(1);
    }

    @Test
    void replicas_ofOneInstance_shareItsRole() throws Exception {
        RunningInstance a = instance("a");
        Region region = a.region("orders", REGION_BYTES);
        RunningReplica first = new RunningReplica(region, Role.AUTO);
        first.listener.awaitCall("primary:1");
        connect(a).commit(List.of(update("1")));
        RunningReplica second = keep(new RunningReplica(region, Role.AUTO));
        second.listener.awaitCall("primary:1");
        assertThat(second.listener.calls()).containsExactly("1", "primary:1");
        connect(a).commit(List.of(update("2")));
        assertThat(first.listener.calls()).containsExactly("primary:1");

        first.close();
        second.listener.awaitCall("primary:2");
        assertThat(second.listener.calls()).containsExactly("1", "primary:1", "reset", "1", "2", "primary:2");
    }

    @Test
    void replica_stopped_resignsSoThatTheNextNeedNotWait() throws Exception {
        RunningInstance a = instance("a");
        RunningReplica first = new RunningReplica(a.region("orders", REGION_BYTES), Role.AUTO);
        first.listener.awaitCall("primary:1");
        RunningReplica second = keep(new RunningReplica(instance("b").region("orders", REGION_BYTES), Role.AUTO));
        first.close();
        second.listener.awaitCall("primary:2");
        assertThat(failure(() -> connect(a).commit(List.of(update("no")))).code())
                .isEqualTo(ErrorCode.NOT_PRIMARY);
    }

    @Test
    void region_withOtherSettings_isRefused() throws Exception {
        RunningInstance a = instance("a");
        a.region("orders", REGION_BYTES);
        assertThat(failure(() -> a.region("orders", 2 * REGION_BYTES)).code()).isEqualTo(ErrorCode.BAD_CONFIGURATION);
    }

    @Test
    void connect_regionUnknownAndNotToBeCreated_isRefused() throws Exception {
        RegionSettings settings = new RegionSettings("nowhere", false, 0, 0, null, Retention.BASE);
        Region region = instance("a").instance.region(settings);
        assertThat(failure(() -> region.connect(null)).code()).isEqualTo(ErrorCode.REGION_UNKNOWN);
    }
}
