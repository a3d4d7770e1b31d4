package org.pmuconnector.instance;

/**
 * How long things took, all in nanoseconds and 0 where there were none. The quantiles are at most an eighth too high.
 *
 * @param count how many there were
 * @param meanNanos on average
 * @param medianNanos what half of them did not exceed
 * @param p99Nanos what 99 of 100 did not exceed
 * @param maxNanos the longest
 */
public record LatencyStatistics(long count, long meanNanos, long medianNanos, long p99Nanos, long maxNanos) {

    /** Of nothing. */
    public static final LatencyStatistics NONE = new LatencyStatistics(0, 0, 0, 0, 0);
}
