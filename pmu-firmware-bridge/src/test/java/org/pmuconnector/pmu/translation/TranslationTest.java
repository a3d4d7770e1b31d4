package org.pmuconnector.pmu.translation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TranslationTest {

    private static final int SLOTS = 64;

    @Test
    void base_ofEverySlot_isFoundAgain() {
        for (int slot : new int[] {0, 1, 2, 63, 4095, 16383}) {
            long base = VirtualAddress.base(slot);
            assertThat(VirtualAddress.slot(base)).isEqualTo(slot);
            assertThat(VirtualAddress.slot(base + VirtualAddress.SPAN_BYTES - 1))
                    .isEqualTo(slot);
            assertThat(VirtualAddress.slot(base + VirtualAddress.SPAN_BYTES)).isEqualTo(slot + 1);
            assertThat(VirtualAddress.offset(base + 12345)).isEqualTo(12345);
        }
        assertThat(VirtualAddress.base(0)).isEqualTo(1L << 40);
        assertThat(VirtualAddress.slot(0)).isEqualTo(-1);
    }

    @Test
    void lookup_addressesThatAreNobodys_isNull() {
        TranslationTable table = new TranslationTable(2);
        table.map(0, new Mapping(List.of(new Extent(0, 0, 4096))));
        assertThat(table.lookup(0)).isNull();
        assertThat(table.lookup(VirtualAddress.base(0) - 1)).isNull();
        assertThat(table.lookup(VirtualAddress.base(1))).isNull();
        assertThat(table.lookup(VirtualAddress.base(2))).isNull();
        assertThat(table.lookup(-1)).isNull();
        assertThat(table.lookup(Long.MIN_VALUE)).isNull();
        assertThat(table.lookup(VirtualAddress.base(0))).isNotNull();
    }

    @Test
    void mapping_thatIsNone_isRefused() {
        assertThatThrownBy(() -> new Mapping(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Mapping(List.of(new Extent(64, 0, 64))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Mapping(List.of(new Extent(0, 0, 64), new Extent(128, 64, 64))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Mapping(List.of(new Extent(0, 0, VirtualAddress.SPAN_BYTES + 1))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Extent(0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Extent(0, Long.MAX_VALUE, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void map_slotThatIsMapped_isRefused() {
        TranslationTable table = new TranslationTable(1);
        Mapping mapping = new Mapping(List.of(new Extent(0, 0, 64)));
        table.map(0, mapping);
        assertThatThrownBy(() -> table.map(0, mapping)).isInstanceOf(IllegalStateException.class);
        table.unmap(0);
        table.unmap(0);
        table.map(0, mapping);
        assertThat(table.mapping(0)).isSameAs(mapping);
    }

    /** Programs of map, unmap and lookup, against a map from each byte's address to its place. */
    @Test
    void table_randomPrograms_matchTheModel() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int program = 0; program < 50; program++) {
            TranslationTable table = new TranslationTable(SLOTS);
            Map<Integer, long[]> model = new HashMap<>();
            for (int step = 0; step < 200; step++) {
                int slot = random.nextInt(SLOTS);
                if (model.containsKey(slot) && random.nextInt(3) == 0) {
                    table.unmap(slot);
                    model.remove(slot);
                } else if (!model.containsKey(slot)) {
                    model.put(slot, mapRandomly(table, slot, random));
                }
                compare(table, model, random.nextInt(SLOTS), random, "seed " + seed);
            }
        }
    }

    private static long[] mapRandomly(TranslationTable table, int slot, Random random) {
        List<Extent> extents = new ArrayList<>();
        List<Long> places = new ArrayList<>();
        int count = 1 + random.nextInt(8);
        for (int i = 0; i < count; i++) {
            int length = 1 + random.nextInt(20);
            long physical = random.nextLong(1L << 39);
            extents.add(new Extent(places.size(), physical, length));
            for (int b = 0; b < length; b++) {
                places.add(physical + b);
            }
        }
        table.map(slot, new Mapping(extents));
        return places.stream().mapToLong(Long::longValue).toArray();
    }

    private static void compare(
            TranslationTable table, Map<Integer, long[]> model, int slot, Random random, String seed) {
        Mapping mapping = table.lookup(VirtualAddress.base(slot) + random.nextInt(1000));
        long[] places = model.get(slot);
        if (places == null) {
            assertThat(mapping).as(seed).isNull();
            return;
        }
        assertThat(mapping.lengthBytes()).as(seed).isEqualTo(places.length);
        int offset = random.nextInt(places.length);
        int extent = mapping.extentIndex(offset);
        long contiguous = mapping.contiguousBytes(extent, offset);
        assertThat(contiguous).as(seed).isBetween(1L, (long) places.length - offset);
        for (int i = 0; i < contiguous; i++) {
            assertThat(mapping.physicalOffset(extent, offset) + i).as(seed).isEqualTo(places[offset + i]);
            assertThat(mapping.extentIndex(offset + i)).as(seed).isEqualTo(extent);
        }
        if (offset + contiguous < places.length) {
            assertThat(mapping.extentIndex(offset + contiguous)).as(seed).isEqualTo(extent + 1);
        }
    }
}
