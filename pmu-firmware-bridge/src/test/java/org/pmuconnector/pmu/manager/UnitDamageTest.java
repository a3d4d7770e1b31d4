package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.pmu.ManualClock;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.FirmwareBridge;
import org.pmuconnector.pmu.firmware.ManagerProof;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.firmware.UnitInspector;
import org.pmuconnector.pmu.firmware.UnitLayout;
import org.pmuconnector.pmu.memory.CrashMemory;
import org.pmuconnector.pmu.memory.SparseMemory;

/**
 * Each byte of a unit's superblock and catalog is damaged, in one copy and in both. One copy is as good as two; what is
 * damaged in both is refused as that, and is never taken for something else or for nothing.
 */
class UnitDamageTest {

    private static final int PAGE_BYTES = UnitLayout.PAGE_BYTES;
    private static final int PAIR_BYTES = 2 * PAGE_BYTES;
    private static final int MAGIC_BYTES = 8;
    private static final int HEADER_BYTES = 32;
    private static final int LENGTH_OFFSET = 12;
    private static final int UNIT_BYTES = 4 << 20;
    private static final int SMALL_BYTES = 256 << 10;

    /** All that a manager knows of a unit that it has started, and what the check command says of it. */
    private record Answer(UUID unitId, long freeBytes, List<RegionStatus> regions, List<String> entries) {}

    /** It tells of each slot that it mends. */
    private final Logger log = Logger.getLogger(FirmwareBridge.class.getPackageName());

    private final KeyPair pair = ManagerKey.generate();
    private final Map<String, byte[]> signatures = new HashMap<>();
    private byte[] contents;
    private int slotCount;
    private Answer right;
    private List<RegionStatus> rightWhenChecked;

    @AfterEach
    void logAgain() {
        log.setLevel(null);
    }

    @BeforeEach
    void makeAUnitWithEverythingInIt() throws Exception {
        log.setLevel(Level.OFF);
        ManagerFixture unit = new ManagerFixture(pair, ManagerSettings.DEFAULT, UNIT_BYTES);
        fill(unit);
        slotCount = unit.bridge.superblock().slotCount();
        contents = unit.memory.contents();
        right = start(memory());
        rightWhenChecked = check(memory(), new ArrayList<>());
        assertThat(right.regions).extracting(RegionStatus::name).containsExactly("books", "orders");
        assertThat(right.entries.stream().filter(String::isEmpty)).hasSize(slotCount - 4);
        assertThat(rightWhenChecked).hasSize(2);
    }

    /** Regions with epochs and subscriptions, growing, deleted, half imported, and one that was deleted and wiped. */
    private static void fill(ManagerFixture unit) throws Exception {
        ManagerFixture.Peer a = unit.session("a", 1);
        for (String name : new String[] {"orders", "wiped", "books", "gone"}) {
            a.create(name, SMALL_BYTES, Retention.CLEARED);
        }
        PrimaryRequests primaries = unit.manager.primaries();
        for (int epoch = 1; epoch <= 3; epoch++) {
            a.claim("orders", epoch - 1);
            primaries.begin(a.id, "orders", epoch, epoch * 640L);
        }
        primaries.trim(a.id, "orders", 3, 704);
        unit.manager.subscriptions().subscribe(a.id, "orders", "audit", false);
        unit.manager.subscriptions().advance(a.id, "orders", new CursorMove("audit", 17, 0));
        unit.manager.regions().beginImport(unit.tool().id, "half", SMALL_BYTES, SMALL_BYTES, 1 << 15, null, null);
        unit.manager.regions().delete(a.id, "wiped", false);
        unit.manager.tick();
        unit.manager.regions().delete(a.id, "gone", false);
        unit.manager.regions().grow(a.id, "books", 2 * SMALL_BYTES);
    }

    private SparseMemory memory(int... damagedAt) {
        SparseMemory memory = new SparseMemory(UNIT_BYTES);
        byte[] page = new byte[PAGE_BYTES];
        for (int at = 0; at < PAIR_BYTES * (1 + slotCount); at += PAGE_BYTES) {
            System.arraycopy(contents, at, page, 0, PAGE_BYTES);
            memory.write(at, ByteBuffer.wrap(page), PAGE_BYTES);
        }
        for (int at : damagedAt) {
            flip(memory, at);
        }
        return memory;
    }

    private static void flip(SparseMemory memory, int at) {
        ByteBuffer one = ByteBuffer.allocate(1);
        memory.read(at, one, 1);
        one.put(0, (byte) (one.get(0) ^ (1 << (at % Byte.SIZE))));
        memory.write(at, one.clear(), 1);
    }

    /** Starts the unit, as its daemon does. */
    private Answer start(SparseMemory memory) throws PmuException {
        Random random = new Random(7);
        FirmwareBridge bridge = FirmwareBridge.start(memory, "unit x", 8, random);
        ManagerProof challenge = bridge.challenge();
        // The same each time, as the random numbers are; a signature takes long.
        byte[] signature = signatures.computeIfAbsent(
                HexFormat.of().formatHex(challenge.message()),
                message -> ManagerKey.of(pair).sign(challenge.message()));
        try (BridgeSession session = bridge.authenticate(challenge, signature)) {
            PersistentMemoryManager manager = new PersistentMemoryManager(
                    session, new ManualClock(), random, ManagerSettings.DEFAULT, AnonymousAccess.ORDINARY, new byte[] {
                        1, 2, 3
                    });
            long tool = manager.connections().connected(new SilentPeer());
            manager.connections().hello(tool, 1, Purpose.TOOL, "", new byte[0]);
            UnitStatus status = manager.unit(tool);
            List<String> entries = session.readCatalogEntries(0, slotCount).stream()
                    .map(HexFormat.of()::formatHex)
                    .toList();
            return new Answer(
                    status.unitId(), status.freeBytes(), manager.regions().list(tool, "", 100), entries);
        }
    }

    private record SilentPeer() implements ManagerPeer {

        @Override
        public String name() {
            return "tool";
        }

        @Override
        public void regionChanged(RegionStatus status) {
            throw new AssertionError("not watched");
        }

        @Override
        public void disconnect(String reason) {
            throw new AssertionError(reason);
        }
    }

    /** Looks at the unit as the check command does. */
    private static List<RegionStatus> check(SparseMemory memory, List<String> problems) throws PmuException {
        return StoredRegion.readAll(new UnitInspector(memory, "unit x"), problems).stream()
                .map(StoredRegion::status)
                .toList();
    }

    private int usedBytes(int pair) {
        return HEADER_BYTES + ByteBuffer.wrap(contents).getInt(pair * PAIR_BYTES + LENGTH_OFFSET);
    }

    private boolean isWritten(int pair) {
        return ByteBuffer.wrap(contents).getLong(pair * PAIR_BYTES) != 0;
    }

    private static String where(int pair, int offset) {
        return (pair == 0 ? "superblock" : "catalog slot " + (pair - 1)) + ", byte " + offset;
    }

    /** Where that byte of that copy is, in all pairs of pages that have so many; the first pair is the superblock's. */
    private int[] everywhere(int copy, int offset, IntPredicate pairs) {
        return IntStream.rangeClosed(0, slotCount)
                .filter(pairs)
                .filter(pair -> offset < usedBytes(pair))
                .map(pair -> pair * PAIR_BYTES + copy * PAGE_BYTES + offset)
                .toArray();
    }

    private int longestUsedBytes() {
        return IntStream.rangeClosed(0, slotCount).map(this::usedBytes).max().orElseThrow();
    }

    /** In all pairs at once, since each one stands for itself. */
    @Test
    void start_oneCopyFlippedAnywhere_knowsAllAndMendsIt() throws PmuException {
        for (int offset = 0; offset < longestUsedBytes(); offset++) {
            for (int copy = 0; copy < 2; copy++) {
                String where = "copy " + copy + ", byte " + offset;
                List<String> problems = new ArrayList<>();
                SparseMemory memory = memory(everywhere(copy, offset, pair -> true));
                assertThat(check(memory, problems)).as(where).isEqualTo(rightWhenChecked);
                assertThat(problems).as(where).isEmpty();
                assertThat(start(memory)).as(where).isEqualTo(right);
                // The start has made two good copies of all, so that the other ones may be damaged now.
                for (int at : everywhere(1 - copy, offset, pair -> true)) {
                    flip(memory, at);
                }
                assertThat(check(memory, problems)).as(where).isEqualTo(rightWhenChecked);
                assertThat(problems).as(where).isEmpty();
            }
        }
    }

    @Test
    void start_bothCopiesFlippedAnywhere_isDamaged() throws PmuException {
        for (int pair = 0; pair <= slotCount; pair++) {
            // Where nothing was written, it is the magic that says so.
            int bytes = isWritten(pair) ? usedBytes(pair) : MAGIC_BYTES;
            for (int offset = 0; offset < bytes; offset++) {
                int at = pair * PAIR_BYTES + offset;
                assertDamaged(pair, offset, memory(at, at + PAGE_BYTES));
            }
        }
    }

    @Test
    void start_bothCopiesFlippedWhereNothingMeansAnything_isRight() throws PmuException {
        for (int offset = MAGIC_BYTES; offset < HEADER_BYTES; offset++) {
            SparseMemory memory = memory(everywhere(0, offset, pair -> !isWritten(pair)));
            for (int at : everywhere(1, offset, pair -> !isWritten(pair))) {
                flip(memory, at);
            }
            assertThat(start(memory)).as("byte %d", offset).isEqualTo(right);
        }
    }

    private void assertDamaged(int pair, int offset, SparseMemory memory) throws PmuException {
        List<String> problems = new ArrayList<>();
        if (pair == 0) {
            assertUnitDamaged(pair, offset, () -> check(memory, problems));
        } else {
            // Whatever is sound is still shown.
            List<RegionStatus> rest = check(memory, problems);
            assertThat(problems)
                    .as(where(pair, offset))
                    .singleElement()
                    .asString()
                    .contains("slot " + (pair - 1));
            assertThat(rightWhenChecked).as(where(pair, offset)).containsAll(rest);
            assertThat(rest.size()).isGreaterThanOrEqualTo(rightWhenChecked.size() - 1);
        }
        assertUnitDamaged(pair, offset, () -> start(memory));
    }

    private static void assertUnitDamaged(int pair, int offset, ThrowingCallable call) {
        assertThatThrownBy(call)
                .as(where(pair, offset))
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNIT_DAMAGED))
                .hasMessageContaining(pair == 0 ? "superblock" : "slot " + (pair - 1));
    }

    @Test
    void start_allThatFollowsThePagesContentsFlipped_isRight() throws PmuException {
        for (int pair = 0; pair <= slotCount; pair++) {
            SparseMemory memory = memory();
            for (int offset = usedBytes(pair); offset < PAGE_BYTES; offset++) {
                flip(memory, pair * PAIR_BYTES + offset);
                flip(memory, pair * PAIR_BYTES + PAGE_BYTES + offset);
            }
            assertThat(start(memory)).as(where(pair, 0)).isEqualTo(right);
        }
    }

    /** The power fails before the second copy is there; the next start makes one, so that damage turns nothing back. */
    @Test
    void start_afterALossOfPower_noSingleFlipTurnsAnythingBack() throws Exception {
        ManagerFixture unit = new ManagerFixture(pair, ManagerSettings.DEFAULT, UNIT_BYTES);
        ManagerFixture.Peer a = unit.session("a", 1);
        a.create("orders", SMALL_BYTES, Retention.CLEARED);
        a.claim("orders", 0);
        a.claim("orders", 1);
        CrashMemory left = unit.memory.afterPowerLossAtWorst();
        assertThat(new UnitInspector(left, "unit x").superblock().bootNumber()).isEqualTo(1);
        unit.memory = left;
        unit.start();
        // Power may fail again.
        contents = left.afterPowerLossAtWorst().contents();
        for (int pairAt = 0; pairAt < 2 * PAIR_BYTES; pairAt += PAGE_BYTES) {
            for (int offset = 0; offset < HEADER_BYTES; offset++) {
                SparseMemory memory = memory(pairAt + offset);
                Superblock superblock = new UnitInspector(memory, "unit x").superblock();
                assertThat(superblock.bootNumber()).isEqualTo(2);
                assertThat(check(memory, new ArrayList<>()))
                        .as("at %d", pairAt + offset)
                        .singleElement()
                        .satisfies(region -> assertThat(region.epoch()).isEqualTo(2));
            }
        }
    }
}
