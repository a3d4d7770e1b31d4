package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {

    private static final LatencyHistogram EMPTY = new LatencyHistogram();

    @Test
    void with_nothingRecorded_isNone() {
        assertThat(new LatencyHistogram().with(EMPTY)).isEqualTo(LatencyStatistics.NONE);
    }

    @Test
    void with_anyValues_quantilesAreAtMostAnEighthTooHigh() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            LatencyHistogram histogram = new LatencyHistogram();
            long[] values = new long[1 + random.nextInt(500)];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextLong(1L << (1 + random.nextInt(41)));
                histogram.record(values[i]);
            }
            Arrays.sort(values);
            LatencyStatistics found = histogram.with(EMPTY);

            assertThat(found.count()).as("seed %d", seed).isEqualTo(values.length);
            assertThat(found.maxNanos()).as("seed %d", seed).isEqualTo(values[values.length - 1]);
            assertThat(found.meanNanos())
                    .as("seed %d", seed)
                    .isEqualTo(Arrays.stream(values).sum() / values.length);
            assertQuantile(found.medianNanos(), values[(values.length + 1) / 2 - 1], seed);
            assertQuantile(found.p99Nanos(), values[(values.length * 99 + 99) / 100 - 1], seed);
        }
    }

    private static void assertQuantile(long found, long exact, long seed) {
        assertThat(found).as("seed %d", seed).isBetween(exact, exact + exact / 8);
    }

    @Test
    void with_beyondAllBuckets_countsAndKeepsTheLongest() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.record(-1);
        histogram.record(Long.MAX_VALUE / 2);

        LatencyStatistics found = histogram.with(EMPTY);

        assertThat(found.count()).isEqualTo(2);
        assertThat(found.medianNanos()).isZero();
        assertThat(found.maxNanos()).isEqualTo(Long.MAX_VALUE / 2);
    }
}
