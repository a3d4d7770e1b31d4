package org.pmuconnector.instance;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * How long things took, in buckets that grow with what they hold: eight for each power of two, so that a quantile is at
 * most an eighth too high. Of a fixed size; recording takes no lock and allocates nothing. Safe for use by many threads.
 */
final class LatencyHistogram {

    /** Buckets for each power of two are two to the power of this. */
    private static final int SPLIT_BITS = 3;

    private static final int SPLIT = 1 << SPLIT_BITS;

    /** Up to some 73 minutes; what took longer is in the last bucket. */
    private static final int LONGEST_BITS = 42;

    private static final int BUCKETS = (LONGEST_BITS - SPLIT_BITS + 1) * SPLIT;

    private final AtomicLongArray buckets = new AtomicLongArray(BUCKETS);
    private final LongAdder total = new LongAdder();
    private final LongAccumulator longest = new LongAccumulator(Math::max, 0);

    void record(long nanos) {
        long taken = Math.max(0, nanos);
        buckets.getAndIncrement(bucketOf(taken));
        total.add(taken);
        longest.accumulate(taken);
    }

    /** What was recorded here and in another one, as far as the threads that record have got. */
    LatencyStatistics with(LatencyHistogram other) {
        long[] counts = new long[BUCKETS];
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] = buckets.get(i) + other.buckets.get(i);
            count += counts[i];
        }
        if (count == 0) {
            return LatencyStatistics.NONE;
        }
        long max = Math.max(longest.get(), other.longest.get());
        return new LatencyStatistics(
                count,
                (total.sum() + other.total.sum()) / count,
                Math.min(max, quantile(counts, count, 50)),
                Math.min(max, quantile(counts, count, 99)),
                max);
    }

    /** The upper end of the bucket that so many of a hundred do not go beyond. */
    private static long quantile(long[] counts, long count, int percent) {
        long wanted = Math.max(1, (count * percent + 99) / 100);
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return upperEnd(i);
            }
        }
        throw new IllegalStateException(seen + " of " + count + " in the buckets");
    }

    private static int bucketOf(long nanos) {
        if (nanos < SPLIT) {
            return (int) nanos;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(nanos) - SPLIT_BITS;
        int bucket = (shift << SPLIT_BITS) + (int) (nanos >>> shift);
        return Math.min(bucket, BUCKETS - 1);
    }

    private static long upperEnd(int bucket) {
        if (bucket < 2 * SPLIT) {
            return bucket;
        }
        int shift = (bucket >> SPLIT_BITS) - 1;
        long first = (long) (SPLIT + (bucket & (SPLIT - 1))) << shift;
        return first + (1L << shift) - 1;
    }
}
