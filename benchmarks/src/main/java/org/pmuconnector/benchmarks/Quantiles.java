package org.pmuconnector.benchmarks;

/**
 * Of the durations of one round's operations.
 *
 * @param medianMicros that half of them did not exceed
 * @param p99Micros that 99 of 100 did not exceed
 */
record Quantiles(double medianMicros, double p99Micros) {

    static Quantiles of(Latencies latencies) {
        return new Quantiles(latencies.micros(0.5), latencies.micros(0.99));
    }
}
