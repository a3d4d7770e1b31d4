package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pmuconnector.pmu.manager.ManagerFixture.REGION_BYTES;
import static org.pmuconnector.pmu.manager.ManagerFixture.assertRefused;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.Retention;
import org.pmuconnector.pmu.nic.ProtectionFaultException;

/** Regions that go, grow, and come from elsewhere. */
class RegionLifecycleTest {

    private ManagerFixture unit;
    private ManagerFixture.Peer a;

    @BeforeEach
    void start() throws Exception {
        unit = new ManagerFixture();
        a = unit.session("a", 1);
    }

    /** Until there is nothing to do any more. */
    private void tickSomeTimes() {
        for (int i = 0; i < 20; i++) {
            unit.manager.tick();
        }
    }

    private long freeBytes() throws Exception {
        return unit.manager.unit(unit.tool().id).freeBytes();
    }

    @Test
    void delete_aRegionInUse_itsKeysAreDeadAndItsUsersAreToldAtOnce() throws Exception {
        a.create("orders");
        unit.manager.regions().watch(a.id, "orders", 0);
        a.claim("orders", 0);
        ManagerFixture.Peer data = unit.data("a", 1);
        OpenedRegion opened = unit.manager.primaries().open(data.id, "orders", true, 1);

        assertRefused(
                ErrorCode.PRIMARY_EXISTS,
                () -> unit.manager.regions().delete(a.id, "orders", false),
                "is not deleted",
                "claimed by a");
        unit.manager.regions().delete(a.id, "orders", true);

        assertThatThrownBy(() -> data.write(opened, 0, 1)).isInstanceOf(ProtectionFaultException.class);
        assertThat(data.disconnected).singleElement().asString().contains("orders was deleted");
        assertThat(a.told).last().extracting(RegionStatus::evidence).isEqualTo("deleted");
        assertRefused(ErrorCode.REGION_UNKNOWN, () -> a.region("orders"));
    }

    @Test
    void delete_thenCreateInItsPlace_showsNothingOfWhatItHeld() throws Exception {
        long free = freeBytes();
        a.create("secrets", free, null);
        a.claim("secrets", 0);
        ManagerFixture.Peer data = unit.data("a", 1);
        OpenedRegion opened = unit.manager.primaries().open(data.id, "secrets", true, 1);
        data.write(opened, 0, 42);
        data.write(opened, free - 1, 43);
        unit.manager.primaries().resign(a.id, "secrets", 1);
        unit.manager.regions().delete(a.id, "secrets", false);
        assertThat(freeBytes()).isZero();

        // Its room is needed, and wiped for that.
        a.create("other", free, null);
        ManagerFixture.Peer reader = unit.tool();
        OpenedRegion other = unit.manager.primaries().open(reader.id, "other", false, 0);
        assertThat(reader.read(other, 0)).isZero();
        assertThat(reader.read(other, free - 1)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void delete_unitRestartsBeforeAllIsWiped_theRestIsWipedThen(boolean powerLoss) throws Exception {
        long free = freeBytes();
        a.create("secrets", free, null);
        a.claim("secrets", 0);
        ManagerFixture.Peer data = unit.data("a", 1);
        OpenedRegion opened = unit.manager.primaries().open(data.id, "secrets", true, 1);
        data.write(opened, 0, 42);
        unit.manager.regions().delete(a.id, "secrets", true);

        unit.memory = powerLoss ? unit.memory.afterPowerLoss(unit.random) : unit.memory.afterKill();
        unit.start();
        assertRefused(ErrorCode.REGION_UNKNOWN, () -> unit.tool().region("secrets"));
        assertThat(freeBytes()).isZero();
        tickSomeTimes();
        assertThat(freeBytes()).isEqualTo(free);
        ManagerFixture.Peer tool = unit.tool();
        tool.create("secrets", free, null);
        assertThat(tool.read(unit.manager.primaries().open(tool.id, "secrets", false, 0), 0))
                .isZero();
    }

    @Test
    void delete_persistFails_itIsStillThere() throws Exception {
        a.create("orders");
        unit.memory.failPersistFrom(0);
        assertRefused(ErrorCode.UNIT_IO, () -> unit.manager.regions().delete(a.id, "orders", false));
        unit.memory.stopFailing();
        assertThat(a.region("orders").sizeBytes()).isEqualTo(REGION_BYTES);
    }

    @Test
    void grow_aRegionWithAPrimary_endsItsEpochAndKeepsEachPositionsByte() throws Exception {
        a.create("orders");
        a.claim("orders", 0);
        ManagerFixture.Peer data = unit.data("a", 1);
        unit.manager.primaries().begin(data.id, "orders", 1, 0);
        OpenedRegion old = unit.manager.primaries().open(data.id, "orders", true, 1);
        // The log is in its third lap: positions from 2.5 sizes on are what the ring holds.
        long trim = 5L * REGION_BYTES / 2;
        long inSecondLap = trim + 64;
        long inThirdLap = 3L * REGION_BYTES + 64;
        data.write(old, inSecondLap % REGION_BYTES, 7);
        data.write(old, inThirdLap % REGION_BYTES, 8);
        unit.manager.primaries().trim(data.id, "orders", 1, trim);

        RegionStatus growing = unit.manager.regions().grow(a.id, "orders", 2L * REGION_BYTES + 1);
        assertThat(growing.role()).isEqualTo(Role.AWAITED);
        assertThat(growing.evidence()).isEqualTo("growing to " + 3 * REGION_BYTES + " bytes");
        assertThat(growing.epoch()).isEqualTo(2);
        assertThatThrownBy(() -> data.write(old, 0, 1)).isInstanceOf(ProtectionFaultException.class);
        assertRefused(
                ErrorCode.FENCED_OFF,
                () -> unit.manager.primaries().open(data.id, "orders", true, 1),
                "epoch 1 is over");
        assertRefused(ErrorCode.PRIMARY_EXISTS, () -> a.claim("orders", 2), "growing to");

        tickSomeTimes();
        RegionStatus grown = a.region("orders");
        assertThat(grown.sizeBytes()).isEqualTo(3L * REGION_BYTES);
        assertThat(grown.extentBytes()).isEqualTo(3L * REGION_BYTES);
        assertThat(grown.role()).isEqualTo(Role.VACANT);
        assertThat(data.disconnected).singleElement().asString().contains("has grown; open it again");
        a.claim("orders", 2);
        ManagerFixture.Peer again = unit.data("a", 1);
        OpenedRegion opened = unit.manager.primaries().open(again.id, "orders", true, 3);
        assertThat(again.read(opened, inSecondLap % (3L * REGION_BYTES))).isEqualTo(7);
        assertThat(again.read(opened, inThirdLap % (3L * REGION_BYTES))).isEqualTo(8);
        again.write(opened, 3L * REGION_BYTES - 1, 9);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void grow_powerFailsAfterSomeSteps_isWhollyTheOldOrTheNewOneAndGoesOn(int steps) throws Exception {
        long free = freeBytes();
        a.create("orders");
        a.claim("orders", 0);
        ManagerFixture.Peer data = unit.data("a", 1);
        unit.manager.primaries().begin(data.id, "orders", 1, 0);
        OpenedRegion old = unit.manager.primaries().open(data.id, "orders", true, 1);
        data.write(old, 4096, 7);
        unit.bridge.persist(data.id, old.key(), old.baseAddress() + 4096, 64);
        unit.manager.regions().grow(a.id, "orders", 2L * REGION_BYTES);
        for (int i = 0; i < steps; i++) {
            unit.manager.tick();
        }
        unit.memory = unit.memory.afterPowerLossAtWorst();
        unit.start();
        tickSomeTimes();

        ManagerFixture.Peer tool = unit.tool();
        RegionStatus status = tool.region("orders");
        assertThat(status.sizeBytes()).isEqualTo(2L * REGION_BYTES);
        assertThat(status.role()).isEqualTo(Role.VACANT);
        assertThat(tool.read(unit.manager.primaries().open(tool.id, "orders", false, 0), 4096))
                .isEqualTo(7);
        assertThat(freeBytes()).isEqualTo(free - 2L * REGION_BYTES);
        unit.manager.regions().delete(tool.id, "orders", false);
        tickSomeTimes();
        assertThat(freeBytes()).isEqualTo(free);
    }

    @Test
    void grow_deletedBeforeItHasGrown_allItsRoomIsFreeAgain() throws Exception {
        long free = freeBytes();
        a.create("orders");
        unit.manager.regions().grow(a.id, "orders", 4L * REGION_BYTES);
        unit.manager.regions().delete(a.id, "orders", true);
        tickSomeTimes();
        assertThat(freeBytes()).isEqualTo(free);
        a.create("orders");
        assertThat(a.region("orders").sizeBytes()).isEqualTo(REGION_BYTES);
    }

    @Test
    void grow_whatCannotBe_isRefusedAndChangesNothing() throws Exception {
        a.create("orders");
        assertThat(unit.manager.regions().grow(a.id, "orders", REGION_BYTES).epoch())
                .isZero();
        assertRefused(
                ErrorCode.UNIT_FULL, () -> unit.manager.regions().grow(a.id, "orders", 100L * REGION_BYTES), "no room");
        assertRefused(
                ErrorCode.BAD_CONFIGURATION,
                () -> unit.manager.regions().grow(a.id, "orders", (1L << 40) + 1),
                "up to 1 TiB");
        assertRefused(ErrorCode.REGION_UNKNOWN, () -> unit.manager.regions().grow(a.id, "none", REGION_BYTES));
        assertThat(a.region("orders").role()).isEqualTo(Role.VACANT);
    }

    @Test
    void create_lessThanWhatHasGrown_findsIt() throws Exception {
        a.create("orders");
        unit.manager.regions().grow(a.id, "orders", 2L * REGION_BYTES);
        tickSomeTimes();
        assertThat(a.create("orders").sizeBytes()).isEqualTo(2L * REGION_BYTES);
    }

    @Test
    void import_untilItIsFinished_nobodyElseSeesIt() throws Exception {
        ManagerFixture.Peer importer = unit.tool();
        OpenedRegion opened =
                unit.manager.regions().beginImport(importer.id, "orders", REGION_BYTES, REGION_BYTES, 0, null, null);
        importer.write(opened, 100, 5);
        assertRefused(ErrorCode.REGION_UNKNOWN, () -> a.region("orders"), "still being imported");
        assertRefused(ErrorCode.REGION_UNKNOWN, () -> a.create("orders"), "still being imported");
        assertRefused(ErrorCode.REGION_UNKNOWN, () -> a.claim("orders", 0));
        SubscriptionStatus audit =
                new SubscriptionStatus("audit", 9, List.of(new ParkedSet(4, "bad"), new ParkedSet(7, "")));

        RegionStatus finished = unit.manager
                .regions()
                .finishImport(
                        importer.id,
                        "orders",
                        5,
                        List.of(new EpochStart(3, 64, 1), new EpochStart(5, 640, 2)),
                        128,
                        List.of(audit));
        assertThat(finished.epoch()).isEqualTo(5);
        assertThat(finished.trimPosition()).isEqualTo(128);
        assertThat(finished.epochStarts()).hasSize(2);
        assertThat(a.region("orders").subscriptions()).containsExactly(audit);
        assertThatThrownBy(() -> importer.write(opened, 100, 6)).isInstanceOf(ProtectionFaultException.class);
        ManagerFixture.Peer reader = unit.tool();
        assertThat(reader.read(unit.manager.primaries().open(reader.id, "orders", false, 0), 100))
                .isEqualTo(5);
        a.claim("orders", 5);
        importer.end();
        assertThat(a.region("orders").epoch()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void import_endsUnfinished_leavesNothing(boolean byRestart) throws Exception {
        long free = freeBytes();
        ManagerFixture.Peer importer = unit.tool();
        unit.manager.regions().beginImport(importer.id, "orders", REGION_BYTES, REGION_BYTES, 0, null, null);
        if (byRestart) {
            unit.restart();
        } else {
            importer.end();
        }
        tickSomeTimes();
        assertThat(freeBytes()).isEqualTo(free);
        unit.tool().create("orders", REGION_BYTES, Retention.CLEARED);
    }

    @Test
    void import_whatContradictsItself_isRefused() throws Exception {
        a.create("orders");
        assertRefused(
                ErrorCode.REGION_MISMATCH,
                () -> unit.manager
                        .regions()
                        .beginImport(unit.tool().id, "orders", REGION_BYTES, REGION_BYTES, 0, null, null),
                "exists");
        assertRefused(
                ErrorCode.BAD_CONFIGURATION,
                () -> unit.manager.regions().beginImport(unit.tool().id, "more", REGION_BYTES, 1000, 0, null, null),
                "extents of 1000");
        ManagerFixture.Peer importer = unit.tool();
        unit.manager.regions().beginImport(importer.id, "more", REGION_BYTES, REGION_BYTES, 0, null, null);
        assertRefused(
                ErrorCode.BAD_CONFIGURATION,
                () -> unit.manager
                        .regions()
                        .finishImport(importer.id, "more", 2, List.of(new EpochStart(3, 0, 1)), 0, List.of()));
        assertRefused(
                ErrorCode.PROTOCOL_VIOLATION,
                () -> unit.manager.regions().finishImport(a.id, "more", 2, List.of(), 0, List.of()),
                "not importing");
    }
}
