package org.pmuconnector.pmu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pmuconnector.control.wire.DeleteRegion;
import org.pmuconnector.control.wire.GrowRegion;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.embedded.MemoryFabric;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.firmware.UnitInspector;
import org.pmuconnector.pmu.manager.ManagerKey;
import org.pmuconnector.pmu.manager.ManagerSettings;
import org.pmuconnector.pmu.manager.StoredRegion;
import org.pmuconnector.pmu.memory.CrashMemory;
import org.pmuconnector.pmu.memory.PersistentMemory;
import org.pmuconnector.pmu.memory.TracingMemory;

/**
 * A region is created, filled, made longer and deleted, and another takes its place; for each thing that this does to the
 * memory, what is found if the process ended or the power failed there.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RegionCrashPointsTest {

    private static final int UNIT_BYTES = 1 << 20;
    private static final int SMALL_BYTES = 256 * 1024;
    private static final int GROWN_BYTES = 512 * 1024;
    private static final int MARK_AT = 4096;
    private static final byte MARK = 7;

    /** How many random subsets of what was not persisted are tried at each point. */
    private static final int SUBSETS = Integer.getInteger("pmu.crash.subsets", 3);

    private static final int MORE_TICKS_THAN_NEEDED = 30;

    private final long seed = Long.getLong("pmu.crash.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final KeyPair key = ManagerKey.generate();
    private final TracingMemory memory = new TracingMemory(UNIT_BYTES);

    private long freeBytes;
    private int created;
    private int marked;
    private int growing;
    private int deleteBegan;
    private int deleted;
    private int wiped;

    @Test
    void crash_atEveryPoint_isWhollyBeforeOrAfterEachStep() throws Exception {
        run();
        TracingMemory.Replay replay = memory.replay();
        int points = memory.position();
        assertThat(points).isGreaterThan(40);
        for (int point = created; point <= points; point++) {
            replay.advance(point);
            List<byte[]> images = new ArrayList<>();
            images.add(replay.afterKill());
            images.add(replay.afterPowerLossAtWorst());
            for (int i = 0; i < SUBSETS; i++) {
                images.add(replay.afterPowerLoss(random));
            }
            for (int i = 0; i < images.size(); i++) {
                String where = "seed " + seed + ", point " + point + " of " + points + ", image " + i;
                try {
                    check(where, point, images.get(i));
                } catch (Exception e) {
                    throw new AssertionError(where, e);
                }
            }
        }
    }

    private Unit start(PersistentMemory of) throws Exception {
        return Unit.start(
                of,
                ManagerKey.of(key),
                new UnitOptions(ManagerSettings.EMBEDDED, MonotonicClock.system(), new Random(seed)));
    }

    private void run() throws Exception {
        Superblock.format(memory, new UUID(1, 2), key.getPublic());
        try (Unit unit = start(memory);
                MemoryFabric fabric = new MemoryFabric(unit);
                UnitClient session = UnitClient.session(fabric, "a", 1)) {
            freeBytes = session.unit().getFreeBytes();
            session.create("orders", SMALL_BYTES);
            created = memory.position();
            session.claim("orders", 0);
            session.begin("orders", 1, 0);
            try (UnitClient data = UnitClient.data(fabric, "a", 1)) {
                OpenRegionReply opened = data.openToWrite("orders", 1);
                byte[] mark = new byte[64];
                Arrays.fill(mark, MARK);
                long at = opened.getBaseAddress() + MARK_AT;
                data.connection().write(opened.getKey(), at, ByteBuffer.wrap(mark), UnitClient.soon());
                data.connection()
                        .flush(opened.getKey(), at, mark.length, PersistenceLevel.PERSISTENT, UnitClient.soon());
            }
            marked = memory.position();
            session.call(Request.newBuilder()
                    .setGrowRegion(GrowRegion.newBuilder().setRegion("orders").setSizeBytes(GROWN_BYTES)));
            growing = memory.position();
            tick(unit);
            assertThat(session.region("orders").getSizeBytes()).isEqualTo(GROWN_BYTES);
            deleteBegan = memory.position();
            delete(session, "orders");
            deleted = memory.position();
            tick(unit);
            assertThat(session.unit().getFreeBytes()).isEqualTo(freeBytes);
            wiped = memory.position();
            session.create("other", freeBytes);
        }
    }

    private static void tick(Unit unit) {
        for (int i = 0; i < MORE_TICKS_THAN_NEEDED; i++) {
            unit.tick();
        }
    }

    private static void delete(UnitClient client, String region) throws Exception {
        client.call(Request.newBuilder()
                .setDeleteRegion(DeleteRegion.newBuilder().setRegion(region).setForce(true)));
    }

    private void check(String where, int point, byte[] image) throws Exception {
        List<String> problems = new ArrayList<>();
        StoredRegion.readAll(new UnitInspector(new CrashMemory(image), "image"), problems);
        assertThat(problems).as(where).isEmpty();
        try (Unit unit = start(new CrashMemory(image));
                MemoryFabric fabric = new MemoryFabric(unit);
                UnitClient tool = UnitClient.session(fabric, "checker", 9)) {
            if (point <= deleteBegan) {
                RegionState found = tool.region("orders");
                assertThat(found.getSizeBytes()).as(where).isIn((long) SMALL_BYTES, (long) GROWN_BYTES);
                assertMarked(where, point, fabric);
                tick(unit);
                assertMarked(where, point, fabric);
                if (point >= growing) {
                    assertThat(tool.region("orders").getSizeBytes()).as(where).isEqualTo(GROWN_BYTES);
                }
                assertThat(tool.region("orders").getRole()).as(where).isEqualTo(RegionState.Role.VACANT);
                tool.claim("orders", tool.region("orders").getEpoch());
            }
            for (RegionState region : tool.regions()) {
                // Whatever was deleted for good is not among them.
                assertThat(region.getRegion()).as(where).isEqualTo(point < deleted ? "orders" : "other");
                assertThat(point < deleted || point >= wiped).as(where).isTrue();
                delete(tool, region.getRegion());
            }
            tick(unit);
            assertThat(tool.unit().getFreeBytes()).as(where).isEqualTo(freeBytes);
            assertNothingIsLeft(where, tool, fabric);
        }
    }

    private void assertMarked(String where, int point, MemoryFabric fabric) throws Exception {
        if (point < marked) {
            return;
        }
        try (UnitClient reader = UnitClient.tool(fabric)) {
            OpenRegionReply opened = reader.openToRead("orders");
            ByteBuffer mark = ByteBuffer.allocate(64);
            reader.connection().read(opened.getKey(), opened.getBaseAddress() + MARK_AT, mark, UnitClient.soon());
            assertThat(mark.array()).as(where).containsOnly(MARK);
        }
    }

    /** A region that takes all the room shows nothing of those that were there. */
    private void assertNothingIsLeft(String where, UnitClient tool, MemoryFabric fabric) throws Exception {
        tool.create("all", freeBytes);
        try (UnitClient reader = UnitClient.tool(fabric)) {
            OpenRegionReply opened = reader.openToRead("all");
            ByteBuffer all = ByteBuffer.allocate((int) freeBytes);
            reader.connection().read(opened.getKey(), opened.getBaseAddress(), all, UnitClient.soon());
            assertThat(all.flip().mismatch(ByteBuffer.allocate((int) freeBytes)))
                    .as(where)
                    .isNegative();
        }
    }
}
