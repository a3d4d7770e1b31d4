package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.pmuconnector.pmu.manager.catalog.CatalogRun;
import org.pmuconnector.pmu.translation.Extent;
import org.pmuconnector.pmu.translation.Mapping;

class SpaceAllocatorTest {

    private static final long GIB = 1L << 30;

    private static CatalogRun run(long offset, long length) {
        return CatalogRun.newBuilder()
                .setOffsetBytes(offset)
                .setLengthBytes(length)
                .build();
    }

    @Test
    void allocate_oneHole_isInOnePiece() {
        SpaceAllocator space = new SpaceAllocator(100, 10 * GIB);
        assertThat(space.allocate(List.of(), 5 * GIB)).containsExactly(run(100, 5 * GIB));
        assertThat(space.allocate(List.of(run(100, 64)), 5 * GIB)).containsExactly(run(164, 5 * GIB));
        assertThat(space.allocate(List.of(), 10 * GIB)).isEmpty();
        assertThat(space.allocate(List.of(), 10 * GIB - 100)).containsExactly(run(100, 10 * GIB - 100));
    }

    @Test
    void allocate_fragmented_takesWholeExtents() {
        SpaceAllocator space = new SpaceAllocator(0, 10 * GIB);
        List<CatalogRun> used = List.of(run(GIB + 7, 100), run(4 * GIB, 64));
        assertThat(space.allocate(used, 8 * GIB))
                .containsExactly(run(0, GIB), run(GIB + 107, 2 * GIB), run(4 * GIB + 64, 5 * GIB));
        // Less than an extent is never taken in pieces.
        List<CatalogRun> scattered =
                List.of(run(4 * GIB, 64), run(GIB / 2, GIB), run(2 * GIB, 2 * GIB), run(5 * GIB, 5 * GIB));
        assertThat(space.freeBytes(scattered)).isEqualTo(2 * GIB - 64);
        assertThat(space.allocate(scattered, 3 * GIB / 2)).isEmpty();
    }

    @Test
    void extents_ofRuns_areCutAtEveryGib() {
        assertThat(SpaceAllocator.extents(List.of(run(100, 2 * GIB), run(5 * GIB, GIB + 64))))
                .containsExactly(
                        new Extent(0, 100, GIB),
                        new Extent(GIB, 100 + GIB, GIB),
                        new Extent(2 * GIB, 5 * GIB, GIB),
                        new Extent(3 * GIB, 6 * GIB, 64));
        assertThatThrownBy(() -> SpaceAllocator.extents(List.of(run(0, 64), run(100, 64))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /** Allocates and frees at random; nothing ever overlaps, and room that is there in one piece is found. */
    @Test
    void allocate_randomly_neverOverlaps() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        SpaceAllocator space = new SpaceAllocator(1000, 20 * GIB);
        List<List<CatalogRun>> regions = new ArrayList<>();
        for (int step = 0; step < 3_000; step++) {
            List<CatalogRun> used = regions.stream().flatMap(List::stream).toList();
            if (random.nextInt(3) == 0 && !regions.isEmpty()) {
                regions.remove(random.nextInt(regions.size()));
                continue;
            }
            long size = random.nextInt(4) == 0 ? random.nextLong(1, 8 * GIB) : random.nextLong(1, GIB / 4);
            List<CatalogRun> found = space.allocate(used, size);
            long free = space.freeBytes(used);
            if (found.isEmpty()) {
                continue;
            }
            assertThat(found.stream().mapToLong(CatalogRun::getLengthBytes).sum())
                    .as("seed %d", seed)
                    .isEqualTo(size);
            assertThat(new Mapping(SpaceAllocator.extents(found)).lengthBytes()).isEqualTo(size);
            List<CatalogRun> together = new ArrayList<>(used);
            together.addAll(found);
            assertThat(space.freeBytes(together)).as("seed %d", seed).isEqualTo(free - size);
            assertDisjoint(together, "seed " + seed);
            regions.add(found);
        }
        assertThat(regions).isNotEmpty();
    }

    private static void assertDisjoint(List<CatalogRun> runs, String context) {
        List<CatalogRun> sorted = new ArrayList<>(runs);
        sorted.sort(java.util.Comparator.comparingLong(CatalogRun::getOffsetBytes));
        long end = 1000;
        for (CatalogRun run : sorted) {
            assertThat(run.getOffsetBytes()).as(context).isGreaterThanOrEqualTo(end);
            end = run.getOffsetBytes() + run.getLengthBytes();
        }
        assertThat(end).as(context).isLessThanOrEqualTo(20 * GIB);
    }
}
