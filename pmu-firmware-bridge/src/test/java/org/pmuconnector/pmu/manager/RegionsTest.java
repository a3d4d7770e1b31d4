package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pmuconnector.pmu.manager.ManagerFixture.REGION_BYTES;
import static org.pmuconnector.pmu.manager.ManagerFixture.assertRefused;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.firmware.UnitInspector;
import org.pmuconnector.pmu.firmware.UnitLayout;
import org.pmuconnector.pmu.nic.ProtectionFaultException;

/** Regions, keys, subscriptions and their limits. */
class RegionsTest {

    private ManagerFixture unit;
    private ManagerFixture.Peer a;

    @BeforeEach
    void start() throws Exception {
        unit = new ManagerFixture();
        a = unit.session("a", 1);
    }

    @Test
    void create_withDefaults_fillsThemIn() throws Exception {
        RegionStatus status = unit.manager.regions().create(a.id, "orders", 300_000, 0, null, null);
        assertThat(status.sizeBytes()).isEqualTo(5 * 65536);
        assertThat(status.maxBaseBytes()).isEqualTo(5 * 65536 / 8);
        assertThat(status.level()).isEqualTo(PersistenceLevel.PERSISTENT);
        assertThat(status.retention()).isEqualTo(Retention.BASE);
        assertThat(status.role()).isEqualTo(Role.VACANT);
        assertThat(status.epoch()).isZero();
        assertThat(status.extentBytes()).isEqualTo(5 * 65536);
        assertThat(status.clearedSequence()).isZero();
    }

    @Test
    void create_again_isTheSameOrSaysWhatDiffers() throws Exception {
        RegionStatus first = a.create("orders");
        assertThat(a.create("orders")).isEqualTo(first);
        assertThat(unit.manager
                        .regions()
                        .create(
                                a.id,
                                "orders",
                                REGION_BYTES - 1,
                                REGION_BYTES / 8,
                                PersistenceLevel.PERSISTENT,
                                Retention.BASE))
                .isEqualTo(first);
        assertRefused(
                ErrorCode.REGION_MISMATCH,
                () -> unit.manager
                        .regions()
                        .create(
                                a.id,
                                "orders",
                                2 * REGION_BYTES,
                                REGION_BYTES / 8,
                                PersistenceLevel.VISIBLE,
                                Retention.CLEARED),
                "size 1048576 and not 2097152",
                "level PERSISTENT and not VISIBLE",
                "retention BASE and not CLEARED");
        assertRefused(
                ErrorCode.REGION_MISMATCH,
                () -> unit.manager.regions().create(a.id, "orders", REGION_BYTES, REGION_BYTES / 4, null, null),
                "longest base");
    }

    @Test
    void create_badProperties_areRefused() {
        for (String name : new String[] {"", "a b", "a/b", "x".repeat(129), "\u00fc", "a\u0000"}) {
            assertRefused(ErrorCode.BAD_CONFIGURATION, () -> a.create(name), "region name");
        }
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> a.create("r", 0, null), "256 KiB");
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> a.create("r", 256 * 1024 - 1, null), "256 KiB");
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> a.create("r", -1, null), "256 KiB");
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> a.create("r", (1L << 40) + 1, null), "1 TiB");
        assertRefused(
                ErrorCode.BAD_CONFIGURATION,
                () -> unit.manager.regions().create(a.id, "r", REGION_BYTES, REGION_BYTES / 4 + 1, null, null),
                "quarter");
        assertRefused(
                ErrorCode.BAD_CONFIGURATION,
                () -> unit.manager.regions().create(a.id, "r", REGION_BYTES, -1, null, null),
                "quarter");
    }

    @Test
    void create_unitIsFull_isRefusedAndChangesNothing() throws Exception {
        long free = unit.manager.unit(a.id).freeBytes();
        a.create("big", free - 5 * 65536, null);
        assertThat(unit.manager.unit(a.id).freeBytes()).isEqualTo(5 * 65536);
        assertRefused(ErrorCode.UNIT_FULL, () -> a.create("more", 6 * 65536, null), "327680 free");
        assertRefused(ErrorCode.REGION_UNKNOWN, () -> a.region("more"));
        a.create("last", 5 * 65536, null);
        assertThat(unit.manager.unit(a.id).freeBytes()).isZero();
    }

    @Test
    void create_moreThanThereAreSlots_isLimited() throws Exception {
        int slots = UnitLayout.slotCount(ManagerFixture.UNIT_BYTES);
        for (int i = 0; i < slots; i++) {
            a.create("region" + i, 256 * 1024, null);
        }
        assertRefused(ErrorCode.LIMIT_REACHED, () -> a.create("more", 256 * 1024, null), slots + " regions");
        assertThat(unit.manager.regions().list(a.id, "", Integer.MAX_VALUE)).hasSize(slots);
    }

    @Test
    void create_persistFails_thereIsNone() throws Exception {
        unit.memory.failPersistFrom(0);
        assertRefused(ErrorCode.UNIT_IO, () -> a.create("orders"));
        unit.memory.stopFailing();
        assertRefused(ErrorCode.REGION_UNKNOWN, () -> a.region("orders"));
        a.create("orders");
        unit.restart();
        assertThat(unit.tool().region("orders").sizeBytes()).isEqualTo(REGION_BYTES);
    }

    @Test
    void create_visibleMemory_offersNoPersistence() {
        assertThatThrownBy(() -> RegionProperties.of(
                        "r", REGION_BYTES, 0, PersistenceLevel.PERSISTENT, null, PersistenceLevel.VISIBLE))
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEVEL_NOT_OFFERED));
    }

    @Test
    void regions_afterRestart_areAllThere() throws Exception {
        List<RegionStatus> before = new ArrayList<>();
        before.add(a.create("b-region", 300_000, Retention.CLEARED));
        before.add(a.create("c-region"));
        unit.manager.subscriptions().subscribe(a.id, "b-region", "audit", false);
        unit.manager.subscriptions().advance(a.id, "b-region", new CursorMove("audit", 17, 0));
        unit.restart();
        List<RegionStatus> after = unit.manager.regions().list(unit.tool().id, "", Integer.MAX_VALUE);
        assertThat(after).extracting(RegionStatus::name).containsExactly("b-region", "c-region");
        assertThat(after).extracting(RegionStatus::sizeBytes).containsExactly(327680L, (long) REGION_BYTES);
        assertThat(after.get(0).retention()).isEqualTo(Retention.CLEARED);
        assertThat(after.get(0).subscriptions()).containsExactly(new SubscriptionStatus("audit", 17));
        assertThat(after.get(0).clearedSequence()).isEqualTo(17);
        assertThat(before).hasSize(2);
    }

    @Test
    void regions_twoOfThem_doNotShareBytes() throws Exception {
        a.create("one");
        a.create("two");
        a.claim("one", 0);
        a.claim("two", 0);
        ManagerFixture.Peer first = unit.data("a", 1);
        ManagerFixture.Peer second = unit.data("a", 1);
        OpenedRegion one = unit.manager.primaries().open(first.id, "one", true, 1);
        OpenedRegion two = unit.manager.primaries().open(second.id, "two", true, 1);
        for (int at = 0; at < REGION_BYTES; at += 4095) {
            first.write(one, at, 1);
        }
        first.write(one, REGION_BYTES - 1, 1);
        for (int at = 0; at < REGION_BYTES; at++) {
            assertThat(second.read(two, at)).isZero();
        }
    }

    @Test
    void open_moreKeysThanAllowed_isLimited() throws Exception {
        a.create("orders");
        ManagerFixture.Peer tool = unit.tool();
        for (int i = 0; i < UnitLimits.DEFAULT.keysPerConnection(); i++) {
            unit.manager.primaries().open(tool.id, "orders", false, 0);
        }
        assertRefused(
                ErrorCode.LIMIT_REACHED, () -> unit.manager.primaries().open(tool.id, "orders", false, 0), "8 keys");
        tool.end();
        assertThat(unit.manager.unit(a.id).boundKeys()).isZero();
    }

    @Test
    void open_tableFull_isLimitedAndFreedByEndings() throws Exception {
        unit = ManagerFixture.withLimits(new UnitLimits(10, 3, 2, 8, 8, 8, 1000, 10));
        a = unit.session("a", 1);
        a.create("orders");
        ManagerFixture.Peer tool = unit.tool();
        ManagerFixture.Peer other = unit.tool();
        unit.manager.primaries().open(tool.id, "orders", false, 0);
        unit.manager.primaries().open(tool.id, "orders", false, 0);
        unit.manager.primaries().open(other.id, "orders", false, 0);
        assertRefused(ErrorCode.LIMIT_REACHED, () -> unit.manager.primaries().open(other.id, "orders", false, 0));
        tool.end();
        unit.manager.primaries().open(other.id, "orders", false, 0);
    }

    @Test
    void open_secondRegionOnOneConnection_isRefused() throws Exception {
        a.create("one");
        a.create("two");
        ManagerFixture.Peer tool = unit.tool();
        unit.manager.primaries().open(tool.id, "one", false, 0);
        assertRefused(
                ErrorCode.LIMIT_REACHED,
                () -> unit.manager.primaries().open(tool.id, "two", false, 0),
                "for region one");
    }

    @Test
    void ended_connection_keysAreDeadWhenItReturns() throws Exception {
        a.create("orders");
        ManagerFixture.Peer tool = unit.tool();
        OpenedRegion opened = unit.manager.primaries().open(tool.id, "orders", false, 0);
        assertThat(tool.read(opened, 0)).isZero();
        tool.end();
        assertThatThrownBy(() -> tool.read(opened, 0)).isInstanceOf(ProtectionFaultException.class);
    }

    @Test
    void endConnection_itselfAndOthers_areToldApart() throws Exception {
        ManagerFixture.Peer data = unit.data("a", 1);
        ManagerFixture.Peer b = unit.session("b", 2);
        ManagerFixture.Peer tool = unit.tool();
        assertRefused(
                ErrorCode.PROTOCOL_VIOLATION, () -> unit.manager.connections().end(data.id, data.id));
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> unit.manager.connections().end(b.id, data.id));
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> unit.manager.connections().end(a.id, tool.id));
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> unit.manager.connections().end(tool.id, data.id));
        unit.manager.connections().end(a.id, data.id);
        assertThat(data.isGone()).isTrue();
        unit.manager.connections().end(a.id, data.id);
        unit.manager.connections().end(a.id, 123456789);
    }

    @Test
    void watch_moreThanAllowed_isLimited() throws Exception {
        unit = ManagerFixture.withLimits(new UnitLimits(10, 10, 2, 2, 8, 8, 1000, 10));
        a = unit.session("a", 1);
        a.create("r1");
        a.create("r2");
        a.create("r3");
        unit.manager.regions().watch(a.id, "r1", 0);
        unit.manager.regions().watch(a.id, "r2", 0);
        assertRefused(ErrorCode.LIMIT_REACHED, () -> unit.manager.regions().watch(a.id, "r3", 0), "2 regions");
        unit.manager.regions().watch(a.id, "r1", 0);
    }

    @Test
    void subscribe_andAdvance_isMonotonicAndTold() throws Exception {
        a.create("orders");
        ManagerFixture.Peer watcher = unit.session("w", 3);
        unit.manager.regions().watch(watcher.id, "orders", 0);
        assertThat(unit.manager
                        .subscriptions()
                        .subscribe(a.id, "orders", "first", false)
                        .status())
                .isEqualTo(new SubscriptionStatus("first", 0));
        assertThat(unit.manager
                        .subscriptions()
                        .advance(a.id, "orders", new CursorMove("first", 5, 0))
                        .cursorSequence())
                .isEqualTo(5);
        assertThat(unit.manager
                        .subscriptions()
                        .advance(a.id, "orders", new CursorMove("first", 3, 0))
                        .cursorSequence())
                .isEqualTo(5);
        unit.manager.subscriptions().subscribe(a.id, "orders", "second", false);
        unit.manager.subscriptions().advance(a.id, "orders", new CursorMove("second", 100, 0));
        assertThat(unit.manager
                        .subscriptions()
                        .subscribe(a.id, "orders", "first", false)
                        .status()
                        .cursorSequence())
                .isEqualTo(5);
        assertThat(a.region("orders").clearedSequence()).isEqualTo(5);
        assertThat(watcher.told).extracting(RegionStatus::clearedSequence).containsExactly(0L, 5L, 5L, 5L);
        assertRefused(
                ErrorCode.NO_SUBSCRIPTION,
                () -> unit.manager.subscriptions().advance(a.id, "orders", new CursorMove("third", 1, 0)),
                "third");
        assertRefused(
                ErrorCode.BEYOND_COMMITTED,
                () -> unit.manager.subscriptions().advance(a.id, "orders", new CursorMove("first", -1, 0)));
        assertRefused(
                ErrorCode.BAD_CONFIGURATION,
                () -> unit.manager
                        .subscriptions()
                        .subscribe(a.id, "orders", "a b", false)
                        .status());
        assertRefused(
                ErrorCode.NOT_AUTHORIZED,
                () -> unit.manager
                        .subscriptions()
                        .subscribe(unit.tool().id, "orders", "x", false)
                        .status());
    }

    @Test
    void subscribe_moreThanAllowed_isLimited() throws Exception {
        a.create("orders");
        for (int i = 0; i < UnitLimits.DEFAULT.subscriptionsPerRegion(); i++) {
            unit.manager.subscriptions().subscribe(a.id, "orders", "s" + i, false);
        }
        assertRefused(
                ErrorCode.LIMIT_REACHED,
                () -> unit.manager.subscriptions().subscribe(a.id, "orders", "more", false),
                "16");
    }

    @Test
    void entry_longerThanItsPage_isLimitedAndChangesNothing() throws Exception {
        a.create("orders");
        for (int i = 0; i < 15; i++) {
            unit.manager.subscriptions().subscribe(a.id, "orders", (char) ('a' + i) + "x".repeat(127), false);
        }
        ErrorCode last = null;
        long epoch = 0;
        while (last == null) {
            try {
                a.claim("orders", epoch);
                epoch++;
                unit.manager.primaries().begin(a.id, "orders", epoch, epoch * 64);
            } catch (PmuException e) {
                last = e.code();
            }
        }
        assertThat(last).isEqualTo(ErrorCode.LIMIT_REACHED);
        assertThat(epoch).isGreaterThan(50);
        RegionStatus before = a.region("orders");
        unit.restart();
        assertThat(unit.tool().region("orders").epochStarts()).isEqualTo(before.epochStarts());
    }

    @Test
    void storedRegions_ofAStoppedUnit_areReadWithoutTheManager() throws Exception {
        a.create("orders", 300_000, Retention.CLEARED);
        a.create("books");
        List<String> problems = new ArrayList<>();
        List<StoredRegion> stored = StoredRegion.readAll(new UnitInspector(unit.memory, "unit x"), problems);
        assertThat(problems).isEmpty();
        assertThat(stored).extracting(region -> region.status().name()).containsExactly("orders", "books");
        assertThat(stored.get(0).mapping().lengthBytes()).isEqualTo(327680);
    }

    @Test
    void storedRegions_damagedSlot_isAProblemAndOthersAreRead() throws Exception {
        a.create("orders");
        a.create("books");
        int slot0 = 2 * UnitLayout.PAGE_BYTES;
        unit.memory.flip(slot0 + 40, 1);
        unit.memory.flip(slot0 + UnitLayout.PAGE_BYTES + 40, 1);
        List<String> problems = new ArrayList<>();
        List<StoredRegion> stored = StoredRegion.readAll(new UnitInspector(unit.memory, "unit x"), problems);
        assertThat(stored).extracting(region -> region.status().name()).containsExactly("books");
        assertThat(problems).singleElement().asString().contains("slot 0");
        assertRefused(ErrorCode.UNIT_DAMAGED, unit::restart, "slot 0");
    }
}
