package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class RegionSizeTest {

    private static final long GIB = 1L << 30;
    private static final long UNIT = 64 * 1024;

    @Test
    void atLeast_examples_areInAsFewEqualExtentsAsPossible() {
        assertThat(RegionSize.atLeast(1)).isEqualTo(new RegionSize(UNIT, UNIT));
        assertThat(RegionSize.atLeast(GIB)).isEqualTo(new RegionSize(GIB, GIB));
        assertThat(RegionSize.atLeast(GIB + 1)).isEqualTo(new RegionSize(GIB + 2 * UNIT, GIB / 2 + UNIT));
        assertThat(RegionSize.atLeast(7 * GIB / 2)).isEqualTo(new RegionSize(7 * GIB / 2, 7 * GIB / 8));
    }

    @Test
    void grownTo_examples_areMultiplesInTheLongestExtentsThatFit() {
        assertThat(new RegionSize(GIB / 4, GIB / 4).grownTo(GIB / 4 + 1)).isEqualTo(new RegionSize(GIB / 2, GIB / 2));
        assertThat(new RegionSize(GIB / 4, GIB / 4).grownTo(6 * GIB)).isEqualTo(new RegionSize(6 * GIB, GIB));
        assertThat(new RegionSize(300 << 20, 300 << 20).grownTo(1200 << 20))
                .isEqualTo(new RegionSize(1200 << 20, 600 << 20));
        assertThat(new RegionSize(3 * GIB, GIB).grownTo(4 * GIB)).isEqualTo(new RegionSize(6 * GIB, GIB));
        assertThat(new RegionSize(3 * GIB / 2, GIB).grownTo(4 * GIB)).isNull();
        assertThat(new RegionSize(GIB, GIB).grownTo(RegionSize.MAX_SIZE_BYTES + 1))
                .isNull();
    }

    /** Wherever a group may not cross in the new place, it could not cross in the old one. */
    @Test
    void grownTo_anySizes_endsExtentsOnlyWhereExtentsEnded() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            RegionSize size = RegionSize.atLeast(random.nextLong(4 * UNIT, 3 * GIB));
            for (int times = 0; times < 3; times++) {
                RegionSize grown = size.grownTo(size.sizeBytes() + random.nextLong(1, 4 * GIB));
                String context = "seed " + seed + ": " + size + " to " + grown;
                assertThat(grown).as(context).isNotNull();
                assertThat(grown.isSound()).as(context).isTrue();
                assertThat(grown.sizeBytes() % size.sizeBytes()).as(context).isZero();
                assertThat(grown.sizeBytes() % grown.extentBytes()).as(context).isZero();
                assertThat(grown.extentBytes() % size.extentBytes()).as(context).isZero();
                size = grown;
            }
        }
    }
}
