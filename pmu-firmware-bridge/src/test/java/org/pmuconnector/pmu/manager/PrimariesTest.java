package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pmuconnector.pmu.manager.ManagerFixture.assertRefused;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.nic.ProtectionFaultException;

/** Epochs: claims, fences, beginnings, trim, resignation, and what a restart leaves of them. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PrimariesTest {

    private ManagerFixture unit;
    private ManagerFixture.Peer a;
    private ManagerFixture.Peer b;

    @BeforeEach
    void start() throws Exception {
        unit = new ManagerFixture();
        a = unit.session("a", 1);
        b = unit.session("b", 2);
        a.create("orders");
    }

    private OpenedRegion openToWrite(ManagerFixture.Peer peer, long epoch) throws PmuException {
        return unit.manager.primaries().open(peer.id, "orders", true, epoch);
    }

    @Test
    void claim_vacantRegion_isGranted() throws Exception {
        GrantedEpoch granted = a.claim("orders", 0);
        assertThat(granted.status().epoch()).isEqualTo(1);
        assertThat(granted.status().role()).isEqualTo(Role.HELD);
        assertThat(granted.status().primaryInstance()).isEqualTo("a");
        assertThat(granted.status().epochStarts()).isEmpty();
        assertThat(granted.fenceNanos()).isGreaterThanOrEqualTo(0);
        assertThat(a.claim("orders", 1).salt()).isNotEqualTo(granted.salt());
    }

    @Test
    void claim_wrongEpoch_isRefused() throws Exception {
        assertRefused(ErrorCode.EPOCH_CHANGED, () -> a.claim("orders", 1), "epoch 0");
        a.claim("orders", 0);
        assertRefused(ErrorCode.EPOCH_CHANGED, () -> b.claim("orders", 0), "epoch 1");
        assertRefused(ErrorCode.EPOCH_CHANGED, () -> unit.manager.primaries().claim(b.id, "orders", 0, true));
    }

    @Test
    void claim_heldRegion_namesItsPrimary() throws Exception {
        a.claim("orders", 0);
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> b.claim("orders", 1), "a");
        assertThat(b.region("orders").epoch()).isEqualTo(1);
    }

    @Test
    void claim_byTool_isRefused() throws Exception {
        ManagerFixture.Peer tool = unit.tool();
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> tool.claim("orders", 0));
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> openToWrite(tool, 0));
    }

    @Test
    void claim_byInstanceWithoutSession_isRefused() throws Exception {
        ManagerFixture.Peer data = unit.data("a", 1);
        a.end();
        assertRefused(ErrorCode.NO_SESSION, () -> data.claim("orders", 0), "session");
    }

    @Test
    void claim_unknownRegion_isRefused() {
        assertRefused(ErrorCode.REGION_UNKNOWN, () -> a.claim("nowhere", 0), "nowhere");
    }

    @Test
    void claim_ownRegionAgain_killsItsOwnOldKeys() throws Exception {
        a.claim("orders", 0);
        ManagerFixture.Peer data = unit.data("a", 1);
        OpenedRegion old = openToWrite(data, 1);
        data.write(old, 0, 1);
        a.claim("orders", 1);
        assertThatThrownBy(() -> data.write(old, 0, 2)).isInstanceOf(ProtectionFaultException.class);
        assertRefused(ErrorCode.FENCED_OFF, () -> openToWrite(data, 1), "epoch 1 is over");
        data.write(openToWrite(data, 2), 0, 3);
    }

    @Test
    void claim_byForce_fencesTheLivePrimary() throws Exception {
        a.claim("orders", 0);
        ManagerFixture.Peer data = unit.data("a", 1);
        OpenedRegion opened = openToWrite(data, 1);
        OpenedRegion toRead = unit.manager.primaries().open(data.id, "orders", false, 0);
        data.write(opened, 0, 1);
        GrantedEpoch granted = unit.manager.primaries().claim(b.id, "orders", 1, true);
        assertThat(granted.status().evidence()).contains("by force").contains("after a");
        assertThatThrownBy(() -> data.write(opened, 0, 2)).isInstanceOf(ProtectionFaultException.class);
        assertThat(data.read(toRead, 0)).isEqualTo(1);
        assertThat(data.isGone()).isFalse();
        assertRefused(ErrorCode.FENCED_OFF, () -> openToWrite(data, 1));
        assertRefused(ErrorCode.NOT_PRIMARY, () -> openToWrite(data, 2), "b is");
        assertRefused(ErrorCode.EPOCH_CHANGED, () -> openToWrite(data, 3));
    }

    @Test
    void claim_persistFails_nothingHasChanged() throws Exception {
        a.claim("orders", 0);
        ManagerFixture.Peer data = unit.data("a", 1);
        OpenedRegion opened = openToWrite(data, 1);
        unit.memory.failPersistFrom(0);
        assertRefused(ErrorCode.UNIT_IO, () -> unit.manager.primaries().claim(b.id, "orders", 1, true));
        unit.memory.stopFailing();
        data.write(opened, 0, 5);
        assertThat(b.region("orders").epoch()).isEqualTo(1);
        assertThat(b.region("orders").primaryInstance()).isEqualTo("a");
        unit.restart();
        assertThat(unit.tool().region("orders").epoch()).isEqualTo(1);
    }

    @Test
    void claim_cutShortAnywhere_epochIsOldOrNewAndNeverLost() throws Exception {
        a.claim("orders", 0);
        for (int point = 0; point < 4; point++) {
            unit.memory.crashAt(point, 40);
            long expected = unit.tool().region("orders").epoch();
            boolean granted = crashes(() -> unit.manager.primaries().claim(b.id, "orders", expected, true));
            unit.memory = unit.memory.afterPowerLossAtWorst();
            unit.start();
            long found = unit.tool().region("orders").epoch();
            assertThat(found).as("point %d", point).isBetween(expected, expected + 1);
            if (granted) {
                assertThat(found).as("point %d", point).isEqualTo(expected + 1);
            }
            b = unit.session("b", 2);
            assertThat(unit.manager
                            .primaries()
                            .claim(b.id, "orders", found, true)
                            .status()
                            .epoch())
                    .isEqualTo(found + 1);
        }
    }

    private static boolean crashes(java.util.concurrent.Callable<?> call) throws Exception {
        try {
            call.call();
            return true;
        } catch (org.pmuconnector.pmu.memory.CrashMemory.CrashException e) {
            return false;
        }
    }

    /** Many standbys of one vacant region claim at the same moment: one wins, again and again. */
    @Test
    void claim_manyAtOnce_oneWins() throws Exception {
        int standbys = 8;
        List<ManagerFixture.Peer> peers = new ArrayList<>();
        for (int i = 0; i < standbys; i++) {
            peers.add(unit.session("standby" + i, 10 + i));
        }
        ExecutorService threads = Executors.newFixedThreadPool(standbys);
        try {
            for (long epoch = 0; epoch < 100; epoch++) {
                long expected = epoch;
                CountDownLatch go = new CountDownLatch(1);
                List<Future<ErrorCode>> results = new ArrayList<>();
                for (ManagerFixture.Peer peer : peers) {
                    results.add(threads.submit(() -> {
                        go.await();
                        return claimOrCode(peer, expected);
                    }));
                }
                go.countDown();
                int winners = 0;
                for (Future<ErrorCode> result : results) {
                    ErrorCode code = result.get(20, TimeUnit.SECONDS);
                    winners += code == null ? 1 : 0;
                    assertThat(code).isIn(null, ErrorCode.EPOCH_CHANGED, ErrorCode.PRIMARY_EXISTS);
                }
                assertThat(winners).as("epoch %d", epoch).isEqualTo(1);
                RegionStatus status = a.region("orders");
                assertThat(status.epoch()).isEqualTo(epoch + 1);
                ManagerFixture.Peer winner =
                        peers.get(Integer.parseInt(status.primaryInstance().substring("standby".length())));
                unit.manager.primaries().resign(winner.id, "orders", epoch + 1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static ErrorCode claimOrCode(ManagerFixture.Peer peer, long expected) {
        try {
            peer.claim("orders", expected);
            return null;
        } catch (PmuException e) {
            return e.code();
        }
    }

    @Test
    void begin_once_isAmongTheStarts() throws Exception {
        GrantedEpoch granted = a.claim("orders", 0);
        RegionStatus status = unit.manager.primaries().begin(a.id, "orders", 1, 0);
        assertThat(status.epochStarts()).containsExactly(new EpochStart(1, 0, granted.salt()));
        // A repetition, because the answer was lost, is no harm; another place is.
        unit.manager.primaries().begin(a.id, "orders", 1, 0);
        assertRefused(
                ErrorCode.PROTOCOL_VIOLATION, () -> unit.manager.primaries().begin(a.id, "orders", 1, 64));
    }

    @Test
    void begin_byOthersOrForOtherEpochs_isRefused() throws Exception {
        a.claim("orders", 0);
        assertRefused(ErrorCode.NOT_PRIMARY, () -> unit.manager.primaries().begin(b.id, "orders", 1, 0));
        assertRefused(ErrorCode.FENCED_OFF, () -> unit.manager.primaries().begin(a.id, "orders", 0, 0));
        assertRefused(ErrorCode.EPOCH_CHANGED, () -> unit.manager.primaries().begin(a.id, "orders", 2, 0));
    }

    @Test
    void begin_beforeWhatWasThere_isRefused() throws Exception {
        a.claim("orders", 0);
        unit.manager.primaries().begin(a.id, "orders", 1, 640);
        unit.manager.primaries().trim(a.id, "orders", 1, 1280);
        a.claim("orders", 1);
        assertRefused(
                ErrorCode.PROTOCOL_VIOLATION, () -> unit.manager.primaries().begin(a.id, "orders", 2, 576), "640");
        assertRefused(
                ErrorCode.PROTOCOL_VIOLATION, () -> unit.manager.primaries().begin(a.id, "orders", 2, 1216), "1280");
        assertRefused(
                ErrorCode.PROTOCOL_VIOLATION, () -> unit.manager.primaries().begin(a.id, "orders", 2, -64));
        unit.manager.primaries().begin(a.id, "orders", 2, 1280);
    }

    @Test
    void begin_whereTheEpochBeforeBegan_replacesIt() throws Exception {
        a.claim("orders", 0);
        unit.manager.primaries().begin(a.id, "orders", 1, 0);
        GrantedEpoch second = a.claim("orders", 1);
        assertThat(unit.manager.primaries().begin(a.id, "orders", 2, 0).epochStarts())
                .containsExactly(new EpochStart(2, 0, second.salt()));
    }

    @Test
    void trim_forward_dropsEpochsBeforeIt() throws Exception {
        for (int epoch = 1; epoch <= 4; epoch++) {
            a.claim("orders", epoch - 1);
            unit.manager.primaries().begin(a.id, "orders", epoch, epoch * 1000L);
        }
        assertThat(starts(unit.manager.primaries().trim(a.id, "orders", 4, 1999)))
                .containsExactly(1L, 2L, 3L, 4L);
        assertThat(starts(unit.manager.primaries().trim(a.id, "orders", 4, 2000)))
                .containsExactly(2L, 3L, 4L);
        RegionStatus status = unit.manager.primaries().trim(a.id, "orders", 4, 3500);
        assertThat(starts(status)).containsExactly(3L, 4L);
        assertThat(status.trimPosition()).isEqualTo(3500);
        assertThat(starts(unit.manager.primaries().trim(a.id, "orders", 4, 1_000_000)))
                .containsExactly(4L);
    }

    private static List<Long> starts(RegionStatus status) {
        return status.epochStarts().stream().map(EpochStart::epoch).toList();
    }

    @Test
    void trim_backwards_changesNothing() throws Exception {
        a.claim("orders", 0);
        unit.manager.primaries().begin(a.id, "orders", 1, 0);
        unit.manager.primaries().trim(a.id, "orders", 1, 6400);
        assertThat(unit.manager.primaries().trim(a.id, "orders", 1, 640).trimPosition())
                .isEqualTo(6400);
        assertRefused(
                ErrorCode.PROTOCOL_VIOLATION, () -> unit.manager.primaries().trim(a.id, "orders", 1, -1));
        assertRefused(ErrorCode.NOT_PRIMARY, () -> unit.manager.primaries().trim(b.id, "orders", 1, 6464));
        unit.manager.primaries().claim(b.id, "orders", 1, true);
        assertRefused(ErrorCode.FENCED_OFF, () -> unit.manager.primaries().trim(a.id, "orders", 1, 6464));
        assertThat(b.region("orders").trimPosition()).isEqualTo(6400);
    }

    @Test
    void trim_afterPowerLoss_isThere() throws Exception {
        a.claim("orders", 0);
        unit.manager.primaries().begin(a.id, "orders", 1, 0);
        unit.manager.primaries().trim(a.id, "orders", 1, 6400);
        unit.memory = unit.memory.afterPowerLossAtWorst();
        unit.start();
        RegionStatus status = unit.tool().region("orders");
        assertThat(status.trimPosition()).isEqualTo(6400);
        assertThat(starts(status)).containsExactly(1L);
    }

    @Test
    void resign_primary_isVacantAtOnceAndItsKeysAreDead() throws Exception {
        a.claim("orders", 0);
        ManagerFixture.Peer data = unit.data("a", 1);
        OpenedRegion opened = openToWrite(data, 1);
        unit.manager.regions().watch(b.id, "orders", 0);
        RegionStatus status = unit.manager.primaries().resign(a.id, "orders", 1);
        assertThat(status.role()).isEqualTo(Role.VACANT);
        assertThat(status.evidence()).startsWith("resigned");
        assertThat(status.primaryInstance()).isEmpty();
        assertThat(b.told).containsExactly(status);
        assertThatThrownBy(() -> data.write(opened, 0, 1)).isInstanceOf(ProtectionFaultException.class);
        assertRefused(ErrorCode.NOT_PRIMARY, () -> openToWrite(data, 1), "nobody is");
        assertRefused(ErrorCode.NOT_PRIMARY, () -> unit.manager.primaries().resign(a.id, "orders", 1));
        b.claim("orders", 1);
        // A session that comes back does not get back what was given up.
        a.end();
        unit.session("a", 1);
        assertThat(b.region("orders").primaryInstance()).isEqualTo("b");
    }

    @Test
    void restart_regionWithPrimary_isKeptForItAWhile() throws Exception {
        a.claim("orders", 0);
        unit.restart();
        a = unit.session("a", 1);
        b = unit.session("b", 2);
        assertThat(b.region("orders").role()).isEqualTo(Role.AWAITED);
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> b.claim("orders", 1), "kept for a", "3000 ms");
        assertRefused(ErrorCode.NOT_PRIMARY, () -> openToWrite(a, 1), "restarted");
        assertRefused(ErrorCode.NOT_PRIMARY, () -> unit.manager.primaries().trim(a.id, "orders", 1, 64), "restarted");
        // The primary itself may, and gets the next epoch.
        assertThat(a.claim("orders", 1).status().epoch()).isEqualTo(2);
        assertThat(b.region("orders").role()).isEqualTo(Role.HELD);
    }

    @Test
    void restart_primaryDoesNotReturn_regionIsVacantAfterTheLease() throws Exception {
        a.claim("orders", 0);
        unit.restart();
        b = unit.session("b", 2);
        unit.manager.regions().watch(b.id, "orders", 0);
        unit.clock.advanceMillis(2999);
        unit.manager.connections().heard(b.id);
        unit.manager.tick();
        assertThat(b.told).isEmpty();
        unit.clock.advanceMillis(1);
        unit.manager.tick();
        assertThat(b.told).singleElement().satisfies(status -> {
            assertThat(status.role()).isEqualTo(Role.VACANT);
            assertThat(status.evidence()).contains("did not return");
        });
        assertThat(b.claim("orders", 1).status().epoch()).isEqualTo(2);
    }

    @Test
    void restart_instanceOfSameNameAndOtherToken_hasToWait() throws Exception {
        a.claim("orders", 0);
        unit.restart();
        ManagerFixture.Peer restarted = unit.session("a", 99);
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> restarted.claim("orders", 1));
        assertThat(unit.manager
                        .primaries()
                        .claim(restarted.id, "orders", 1, true)
                        .status()
                        .epoch())
                .isEqualTo(2);
    }

    @Test
    void restart_resignedRegion_isVacant() throws Exception {
        a.claim("orders", 0);
        unit.manager.primaries().resign(a.id, "orders", 1);
        unit.restart();
        assertThat(unit.tool().region("orders").role()).isEqualTo(Role.VACANT);
        assertThat(unit.tool().region("orders").epoch()).isEqualTo(1);
    }

    @Test
    void restart_unitOfItsOwnProcess_waitsForNobody() throws Exception {
        ManagerFixture embedded = new ManagerFixture(ManagerSettings.EMBEDDED);
        ManagerFixture.Peer first = embedded.session("a", 1);
        first.create("orders");
        first.claim("orders", 0);
        embedded.restart();
        assertThat(embedded.session("b", 2).claim("orders", 1).status().epoch()).isEqualTo(2);
    }

    @Test
    void watch_everyChange_isToldOnce() throws Exception {
        unit.manager.regions().watch(b.id, "orders", 0);
        unit.manager.regions().watch(b.id, "orders", 0);
        a.claim("orders", 0);
        unit.manager.primaries().begin(a.id, "orders", 1, 0);
        unit.manager.primaries().trim(a.id, "orders", 1, 64);
        a.end();
        assertThat(b.told).extracting(RegionStatus::role).containsExactly(Role.HELD, Role.HELD, Role.VACANT);
        assertThat(b.told).extracting(RegionStatus::epoch).containsExactly(1L, 1L, 1L);
        b.end();
        b = unit.session("b", 2);
        b.claim("orders", 1);
        assertThat(b.told).isEmpty();
    }

    @Test
    void claim_tooManyEpochsInTheRing_isLimitedUntilRoomIsFreed() throws Exception {
        unit = ManagerFixture.withLimits(new UnitLimits(10, 100, 8, 8, 8, 3, 1000, 10));
        a = unit.session("a", 1);
        a.create("orders");
        for (int epoch = 1; epoch <= 3; epoch++) {
            a.claim("orders", epoch - 1);
            unit.manager.primaries().begin(a.id, "orders", epoch, epoch * 64L);
        }
        assertRefused(ErrorCode.LIMIT_REACHED, () -> a.claim("orders", 3), "3 epochs");
        unit.manager.primaries().trim(a.id, "orders", 3, 128);
        assertThat(a.claim("orders", 3).status().epoch()).isEqualTo(4);
    }
}
