package org.pmuconnector.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.UnitTicker;
import org.pmuconnector.pmu.manager.ManagerSettings;
import org.pmuconnector.pmu.nic.iwarp.IwarpNic;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;

/** The unit goes away and comes back, over real sockets (I16). */
class UnitRestartTest {

    private static final long REGION_BYTES = 1 << 20;

    @TempDir
    Path directory;

    private Path file;
    private int port;
    private Unit unit;
    private UnitTicker ticker;
    private IwarpNic nic;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        file = directory.resolve("unit");
        Unit.format(file, 16 << 20);
        startUnit();
    }

    private void startUnit() throws PmuException {
        unit = Unit.open(file, UnitOptions.of(ManagerSettings.DEFAULT));
        ticker = new UnitTicker(unit, "test");
        nic = IwarpNic.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                unit.memory(),
                unit.control(),
                IwarpNicOptions.defaults());
        port = nic.localAddress().getPort();
    }

    private void stopUnit() {
        unit.stop();
        nic.close();
        ticker.close();
        unit.close();
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        stopUnit();
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(closeable);
        return closeable;
    }

    private RunningInstance instance(String name) throws PmuException {
        UnitAddress address = UnitAddress.parse("iwarp://127.0.0.1:" + port);
        return keep(new RunningInstance(name, Fabrics.of(address, FabricOptions.defaults())));
    }

    private static PendingSet update(String text) {
        return PendingSet.update(text.getBytes(UTF_8), 0);
    }

    private static List<String> texts(List<CommittedSet> sets) {
        return sets.stream().map(set -> new String(set.payload(), UTF_8)).toList();
    }

    @Test
    void firstWriteAfterRestart_withoutActivation_claimsTheNextEpochAndGoesOn() throws Exception {
        RunningInstance a = instance("a");
        Region region = a.region("orders", REGION_BYTES);
        region.connect(null).commit(List.of(update("1")));
        stopUnit();
        PmuException down = catchThrowableOfType(PmuException.class, () -> region.connect(null));
        assertThat(down.code()).isEqualTo(ErrorCode.UNIT_UNREACHABLE);
        startUnit();

        RegionConnection again = keep(connectWhenUp(region));
        again.commit(List.of(update("2")));
        List<CommittedSet> all = again.recover();
        assertThat(texts(all)).containsExactly("1", "2");
        assertThat(all.get(0).epoch()).isEqualTo(1);
        assertThat(all.get(1).epoch()).isEqualTo(2);
    }

    @Test
    void idleConnection_unitRestarted_hasEndedAndLeavesTheNewEpochAlone() throws Exception {
        RunningInstance a = instance("a");
        Region region = a.region("orders", REGION_BYTES);
        RegionConnection idle = keep(region.connect(null));
        keep(region.connect(null)).commit(List.of(update("1")));
        stopUnit();
        startUnit();
        RegionConnection again = keep(connectWhenUp(region));
        again.commit(List.of(update("2")));

        assertThat(idle.isOpen()).isFalse();
        PmuException ended = catchThrowableOfType(PmuException.class, () -> idle.checkWrite(update("never"), 0));
        assertThat(ended.code()).isEqualTo(ErrorCode.CONNECTION_LOST);
        again.commit(List.of(update("3")));
        assertThat(again.recover()).extracting(CommittedSet::epoch).containsExactly(1L, 2L, 2L);
    }

    private static RegionConnection connectWhenUp(Region region) throws InterruptedException {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (true) {
            long seen = region.changes();
            try {
                return region.connect(null);
            } catch (PmuException e) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("the unit is not reached again", e);
                }
            }
            region.awaitChange(seen, Duration.ofMillis(10));
        }
    }

    @Test
    void replicas_unitRestarts_thePrimaryReturnsAndTheStandbyStaysStandby() throws Exception {
        RunningInstance a = instance("a");
        RunningInstance b = instance("b");
        RunningReplica primary = keep(new RunningReplica(a.region("orders", REGION_BYTES), Role.AUTO));
        primary.listener.awaitCall("primary:1");
        RunningReplica standby = keep(new RunningReplica(b.region("orders", REGION_BYTES), Role.AUTO));
        Region region = a.region("orders", REGION_BYTES);
        try (RegionConnection writer = region.connect(null)) {
            writer.commit(List.of(update("1")));
        }
        standby.listener.awaitCall("1");
        Term before = primary.listener.term();
        stopUnit();
        startUnit();

        primary.listener.awaitCall("primary:2");
        assertThat(primary.listener.calls()).containsExactly("primary:1", "reset", "1", "primary:2");
        assertThat(before.isValid()).isFalse();
        keep(connectWhenUp(region)).commit(List.of(update("2")));
        standby.listener.awaitCall("2");
        assertThat(standby.listener.calls()).doesNotContain("primary:2", "primary:3");
    }

    /** So does a bean that takes what is written under a lock, and calls from the region under the same. */
    @Test
    void commitUnderWay_unitRestartsAndTheListenerWaitsForIt_endsAtOnce() throws Exception {
        UnitAddress address = UnitAddress.parse("iwarp://127.0.0.1:" + port);
        FaultyFabric fabric = new FaultyFabric(Fabrics.of(address, FabricOptions.defaults()));
        Region region = keep(new RunningInstance("a", fabric)).region("orders", REGION_BYTES);
        RunningReplica primary = keep(new RunningReplica(region, Role.AUTO));
        primary.listener.awaitCall("primary:1");
        CountDownLatch committed = new CountDownLatch(1);
        primary.listener.delayResets(committed);
        RegionConnection writer = keep(region.connect(null));
        writer.commit(List.of(update("1")));
        fabric.failNextWrite(FaultyFabric.Fault.AFTER_FLUSH, this::restartUnit);

        try {
            writer.commit(List.of(update("2")));
            assertThat(primary.listener.calls()).containsExactly("primary:1");
        } finally {
            committed.countDown();
        }
        primary.listener.awaitCall("primary:2");
        assertThat(primary.listener.calls()).containsExactly("primary:1", "reset", "1", "2", "primary:2");
    }

    private void restartUnit() {
        stopUnit();
        try {
            startUnit();
        } catch (PmuException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void commits_whileTheUnitRestartsTimeAndAgain_noneAcknowledgedIsLostNoneRefusedAppears() throws Exception {
        RunningInstance a = instance("a");
        Region region = a.region("orders", REGION_BYTES);
        List<String> acknowledged = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        Thread writer = new Thread(() -> writeUntilDone(region, acknowledged, refused));
        writer.start();
        for (int i = 0; i < 3; i++) {
            awaitMore(acknowledged, 200);
            stopUnit();
            startUnit();
        }
        awaitMore(acknowledged, 200);
        writer.interrupt();
        writer.join();

        RunningInstance b = instance("b");
        List<String> stored =
                texts(keep(b.region("orders", REGION_BYTES).connect(null)).recover());
        assertThat(stored)
                .containsAll(acknowledged)
                .doesNotContainAnyElementsOf(refused)
                .doesNotHaveDuplicates();
    }

    private static void writeUntilDone(Region region, List<String> acknowledged, List<String> refused) {
        RegionConnection connection = null;
        int number = 0;
        while (!Thread.currentThread().isInterrupted()) {
            String text = "u" + number++;
            try {
                if (connection == null || !connection.isOpen()) {
                    connection = region.connect(null);
                }
                connection.commit(List.of(update(text)));
                synchronized (acknowledged) {
                    acknowledged.add(text);
                    acknowledged.notifyAll();
                }
            } catch (PmuException e) {
                if (e.durability() == Durability.NOT_WRITTEN) {
                    refused.add(text);
                }
            }
        }
    }

    private static void awaitMore(List<String> list, int more) throws InterruptedException {
        synchronized (list) {
            int target = list.size() + more;
            long deadline = System.nanoTime() + 20_000_000_000L;
            while (list.size() < target) {
                long left = (deadline - System.nanoTime()) / 1_000_000;
                assertThat(left)
                        .as("milliseconds left, %d of %d", list.size(), target)
                        .isPositive();
                list.wait(left);
            }
        }
    }

    @Test
    void unit_comesBackFromAnOlderCopy_isDataLossAndNotSilence() throws Exception {
        RunningInstance a = instance("a");
        Region region = a.region("orders", REGION_BYTES);
        region.connect(null).commit(List.of(update("1")));
        Path copy = directory.resolve("copy");
        Files.copy(file, copy);
        region.connect(null).commit(List.of(update("2")));
        stopUnit();
        restore(copy);
        startUnit();

        RegionConnection again = keep(connectWhenUp(region));
        PmuException loss = catchThrowableOfType(PmuException.class, () -> again.commit(List.of(update("3"))));
        assertThat(loss.code()).isEqualTo(ErrorCode.DATA_LOSS);
        assertThat(loss.durability()).isEqualTo(Durability.NOT_WRITTEN);
    }

    private void restore(Path copy) throws IOException {
        Files.copy(copy, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
