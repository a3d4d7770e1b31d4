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

    /** Between the offsets, with those runs taken. */
    private static SpaceAllocator space(long from, long end, CatalogRun... taken) {
        SpaceAllocator space = new SpaceAllocator(from, end);
        for (CatalogRun run : taken) {
            assertThat(space.take(run)).isTrue();
        }
        return space;
    }

    @Test
    void allocate_oneHole_isInOnePiece() {
        assertThat(space(100, 10 * GIB).allocate(5 * GIB, GIB)).containsExactly(run(100, 5 * GIB));
        assertThat(space(100, 10 * GIB, run(100, 64)).allocate(5 * GIB, GIB)).containsExactly(run(164, 5 * GIB));
        assertThat(space(100, 10 * GIB).allocate(10 * GIB, GIB)).isEmpty();
        assertThat(space(100, 10 * GIB).allocate(10 * GIB - 100, GIB)).containsExactly(run(100, 10 * GIB - 100));
    }

    @Test
    void allocate_severalHoles_takesTheShortestThatIsLongEnough() {
        SpaceAllocator space = space(0, 10_000, run(1_000, 100), run(3_000, 100), run(4_000, 100));
        assertThat(space.allocate(950, GIB)).containsExactly(run(0, 950));
        assertThat(space.allocate(850, GIB)).containsExactly(run(3_100, 850));
        assertThat(space.allocate(850, GIB)).containsExactly(run(1_100, 850));
    }

    @Test
    void allocate_fragmented_takesWholeExtents() {
        SpaceAllocator space = space(0, 10 * GIB, run(GIB + 7, 100), run(4 * GIB, 64));
        assertThat(space.allocate(8 * GIB, GIB))
                .containsExactly(run(4 * GIB + 64, 5 * GIB), run(GIB + 107, 2 * GIB), run(0, GIB));
        // Less than an extent is never taken in pieces.
        SpaceAllocator scattered =
                space(0, 10 * GIB, run(4 * GIB, 64), run(GIB / 2, GIB), run(2 * GIB, 2 * GIB), run(5 * GIB, 5 * GIB));
        assertThat(scattered.freeBytes()).isEqualTo(2 * GIB - 64);
        assertThat(scattered.allocate(3 * GIB / 2, GIB)).isEmpty();
        assertThat(scattered.freeBytes()).isEqualTo(2 * GIB - 64);
    }

    @Test
    void take_whatIsNotFree_isRefused() {
        SpaceAllocator space = space(100, 1_000, run(200, 100));
        for (CatalogRun taken :
                List.of(run(200, 100), run(150, 51), run(299, 1), run(99, 2), run(999, 2), run(300, 0))) {
            assertThat(space.take(taken)).as("%s", taken).isFalse();
        }
        assertThat(space.freeBytes()).isEqualTo(800);
        assertThat(space.take(run(300, 700))).isTrue();
        assertThat(space.take(run(100, 100))).isTrue();
        assertThat(space.freeBytes()).isZero();
    }

    @Test
    void release_neighbours_becomeOneHole() {
        SpaceAllocator space = space(0, 300, run(0, 100), run(100, 100), run(200, 100));
        space.release(run(0, 100));
        space.release(run(200, 100));
        assertThat(space.allocate(101, GIB)).isEmpty();
        space.release(run(100, 100));
        assertThat(space.allocate(300, GIB)).containsExactly(run(0, 300));
        space.release(run(0, 150));
        assertThatThrownBy(() -> space.release(run(149, 10))).isInstanceOf(IllegalArgumentException.class);
        assertThat(space.freeBytes()).isEqualTo(150);
    }

    @Test
    void extents_ofRuns_areCutAtEveryGib() {
        assertThat(SpaceAllocator.extents(List.of(run(100, 2 * GIB), run(5 * GIB, GIB + 64)), GIB))
                .containsExactly(
                        new Extent(0, 100, GIB),
                        new Extent(GIB, 100 + GIB, GIB),
                        new Extent(2 * GIB, 5 * GIB, GIB),
                        new Extent(3 * GIB, 6 * GIB, 64));
        assertThatThrownBy(() -> SpaceAllocator.extents(List.of(run(0, 64), run(100, 64)), GIB))
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
            if (random.nextInt(3) == 0 && !regions.isEmpty()) {
                regions.remove(random.nextInt(regions.size())).forEach(space::release);
                continue;
            }
            long size = random.nextInt(4) == 0 ? random.nextLong(1, 8 * GIB) : random.nextLong(1, GIB / 4);
            long free = space.freeBytes();
            List<CatalogRun> used = regions.stream().flatMap(List::stream).toList();
            boolean fits = longestHole(used) >= size;
            List<CatalogRun> found = space.allocate(size, GIB);
            if (found.isEmpty()) {
                assertThat(fits).as("seed %d", seed).isFalse();
                assertThat(space.freeBytes()).as("seed %d", seed).isEqualTo(free);
                continue;
            }
            assertThat(fits).as("seed %d", seed).isEqualTo(found.size() == 1);
            assertThat(found.stream().mapToLong(CatalogRun::getLengthBytes).sum())
                    .as("seed %d", seed)
                    .isEqualTo(size);
            assertThat(new Mapping(SpaceAllocator.extents(found, GIB)).lengthBytes())
                    .isEqualTo(size);
            List<CatalogRun> together = new ArrayList<>(used);
            together.addAll(found);
            assertThat(space.freeBytes()).as("seed %d", seed).isEqualTo(free - size);
            assertDisjoint(together, "seed " + seed);
            regions.add(found);
        }
        assertThat(regions).isNotEmpty();
    }

    private static long longestHole(List<CatalogRun> used) {
        List<CatalogRun> sorted = new ArrayList<>(used);
        sorted.sort(java.util.Comparator.comparingLong(CatalogRun::getOffsetBytes));
        long longest = 0;
        long at = 1000;
        for (CatalogRun run : sorted) {
            longest = Math.max(longest, run.getOffsetBytes() - at);
            at = run.getOffsetBytes() + run.getLengthBytes();
        }
        return Math.max(longest, 20 * GIB - at);
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
