package org.pmuconnector.pmu.protection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProtectionTableTest {

    private static final Set<Right> READ_WRITE = EnumSet.allOf(Right.class);
    private static final BigInteger TOP = BigInteger.ONE.shiftLeft(64);

    private static KeyBinding binding(long domain, long base, long length, Set<Right> rights) {
        return new KeyBinding(domain, base, length, rights, 1);
    }

    @Test
    void check_everyBoundary_isExact() {
        ProtectionEntry entry = new ProtectionEntry(1, binding(7, 1000, 100, EnumSet.of(Right.READ)));
        assertThat(entry.check(7, 1000, 100, Right.READ)).isEqualTo(Verdict.GRANTED);
        assertThat(entry.check(7, 1099, 1, Right.READ)).isEqualTo(Verdict.GRANTED);
        assertThat(entry.check(7, 1100, 0, Right.READ)).isEqualTo(Verdict.GRANTED);
        assertThat(entry.check(7, 999, 1, Right.READ)).isEqualTo(Verdict.OUT_OF_BOUNDS);
        assertThat(entry.check(7, 999, 2, Right.READ)).isEqualTo(Verdict.OUT_OF_BOUNDS);
        assertThat(entry.check(7, 1100, 1, Right.READ)).isEqualTo(Verdict.OUT_OF_BOUNDS);
        assertThat(entry.check(7, 1001, 100, Right.READ)).isEqualTo(Verdict.OUT_OF_BOUNDS);
        assertThat(entry.check(7, 1000, 101, Right.READ)).isEqualTo(Verdict.OUT_OF_BOUNDS);
        assertThat(entry.check(7, 1000, Long.MAX_VALUE, Right.READ)).isEqualTo(Verdict.OUT_OF_BOUNDS);
        assertThat(entry.check(7, 1000, -1, Right.READ)).isEqualTo(Verdict.OUT_OF_BOUNDS);
        assertThat(entry.check(7, -1, 1, Right.READ)).isEqualTo(Verdict.OUT_OF_BOUNDS);
        assertThat(entry.check(7, -1, 2, Right.READ)).isEqualTo(Verdict.WRAP);
        assertThat(entry.check(7, -50, 1100, Right.READ)).isEqualTo(Verdict.WRAP);
        assertThat(entry.check(7, 1000, 1, Right.WRITE)).isEqualTo(Verdict.NO_RIGHT);
        assertThat(entry.check(8, 1000, 1, Right.READ)).isEqualTo(Verdict.OTHER_DOMAIN);
    }

    /** Random accesses against arithmetic in numbers that do not wrap. */
    @Test
    void check_randomAccesses_matchUnboundedArithmetic() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            long base = interesting(random) >>> 2;
            long length = 1 + (interesting(random) >>> 2);
            Set<Right> rights = random.nextBoolean() ? EnumSet.of(Right.READ) : READ_WRITE;
            ProtectionEntry entry = new ProtectionEntry(1, binding(1, base, length, rights));
            long domain = random.nextInt(3);
            long address = random.nextBoolean() ? base + random.nextInt(5) - 2 : interesting(random);
            long access = random.nextBoolean() ? length + random.nextInt(5) - 2 : interesting(random) >>> 1;
            access = Math.max(0, access);
            Right right = random.nextBoolean() ? Right.READ : Right.WRITE;

            assertThat(entry.check(domain, address, access, right))
                    .as("seed %d: 0x%x+%d in 0x%x+%d", seed, address, access, base, length)
                    .isEqualTo(model(domain, address, access, right, base, length, rights));
        }
    }

    private static Verdict model(
            long domain, long address, long access, Right right, long base, long length, Set<Right> rights) {
        BigInteger from = new BigInteger(Long.toUnsignedString(address));
        BigInteger end = from.add(BigInteger.valueOf(access));
        BigInteger regionEnd = BigInteger.valueOf(base).add(BigInteger.valueOf(length));
        if (domain != 1) {
            return Verdict.OTHER_DOMAIN;
        }
        if (!rights.contains(right)) {
            return Verdict.NO_RIGHT;
        }
        if (end.compareTo(TOP) > 0) {
            return Verdict.WRAP;
        }
        boolean inside = from.compareTo(BigInteger.valueOf(base)) >= 0 && end.compareTo(regionEnd) <= 0;
        return inside ? Verdict.GRANTED : Verdict.OUT_OF_BOUNDS;
    }

    private static long interesting(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> random.nextInt(10);
            case 1 -> -1L - random.nextInt(10);
            case 2 -> 1L << random.nextInt(64);
            case 3 -> (1L << random.nextInt(64)) - 1;
            default -> random.nextLong();
        };
    }

    /** Programs of bind, revoke and lookup, against a map. */
    @Test
    void table_randomPrograms_matchTheModel() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int program = 0; program < 20; program++) {
            int capacity = 1 + random.nextInt(50);
            ProtectionTable table = new ProtectionTable(capacity, random);
            Map<Integer, KeyBinding> model = new HashMap<>();
            Map<Integer, Integer> lastTagOfIndex = new HashMap<>();
            List<Integer> all = new ArrayList<>();
            for (int step = 0; step < 2_000; step++) {
                String context = "seed " + seed + " program " + program + " step " + step;
                if (random.nextInt(3) > 0 && model.size() < capacity) {
                    KeyBinding binding =
                            binding(random.nextInt(100), random.nextInt(1000), 1 + random.nextInt(9), READ_WRITE);
                    int key = table.bind(binding);
                    assertThat(key).as(context).isNotZero();
                    assertThat(model.put(key, binding)).as(context).isNull();
                    Integer lastTag = lastTagOfIndex.put(key >>> 8, key & 0xff);
                    assertThat(lastTag == null || lastTag != (key & 0xff))
                            .as(context)
                            .isTrue();
                    all.add(key);
                } else if (!model.isEmpty()) {
                    Set<Integer> revoked = new HashSet<>();
                    for (int key : model.keySet()) {
                        if (random.nextInt(4) == 0) {
                            revoked.add(key);
                        }
                    }
                    List<Integer> asked = new ArrayList<>(revoked);
                    asked.addAll(revoked);
                    asked.add(random.nextInt());
                    asked.removeIf(key -> model.containsKey(key) && !revoked.contains(key));
                    table.revoke(asked);
                    model.keySet().removeAll(revoked);
                }
                assertThat(table.boundCount()).as(context).isEqualTo(model.size());
                assertThat(table.freeCount()).as(context).isEqualTo(capacity - model.size());
                int probe = all.isEmpty() || random.nextInt(4) == 0
                        ? random.nextInt()
                        : all.get(random.nextInt(all.size()));
                ProtectionEntry entry = table.lookup(probe);
                assertThat(entry == null ? null : entry.binding()).as(context).isEqualTo(model.get(probe));
            }
        }
    }

    @Test
    void bind_fullTable_isRefused() {
        ProtectionTable table = new ProtectionTable(2, new Random(1));
        table.bind(binding(1, 0, 1, READ_WRITE));
        int key = table.bind(binding(1, 0, 1, READ_WRITE));
        assertThatThrownBy(() -> table.bind(binding(1, 0, 1, READ_WRITE))).isInstanceOf(IllegalStateException.class);
        table.revoke(List.of(key));
        assertThat(table.bind(binding(1, 0, 1, READ_WRITE))).isNotEqualTo(key);
    }

    @Test
    void bind_manyKeys_doNotFollowEachOther() {
        ProtectionTable table = new ProtectionTable(10_000, new Random(2));
        int followers = 0;
        int before = 0;
        for (int i = 0; i < 10_000; i++) {
            int key = table.bind(binding(1, 0, 1, READ_WRITE));
            followers += (key >>> 8) == (before >>> 8) + 1 ? 1 : 0;
            before = key;
        }
        assertThat(followers).isLessThan(100);
    }

    @Test
    void lookup_keysNobodyHas_isNull() {
        ProtectionTable table = new ProtectionTable(16, new Random(3));
        int key = table.bind(binding(1, 0, 1, READ_WRITE));
        assertThat(table.lookup(0)).isNull();
        assertThat(table.lookup(-1)).isNull();
        assertThat(table.lookup(key ^ 1)).isNull();
        assertThat(table.lookup(key ^ 0x80000000)).isNull();
        assertThat(table.lookup(key)).isNotNull();
    }

    @Test
    void binding_ofNothing_isRefused() {
        assertThatThrownBy(() -> binding(1, 0, 0, READ_WRITE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> binding(1, -1, 1, READ_WRITE)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> binding(1, Long.MAX_VALUE, 1, READ_WRITE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> binding(1, 0, 1, Set.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
