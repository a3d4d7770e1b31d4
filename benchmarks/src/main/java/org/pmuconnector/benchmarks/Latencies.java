package org.pmuconnector.benchmarks;

import java.util.Arrays;
import java.util.Scanner;

/** Durations of single operations, in nanoseconds. For one thread. */
final class Latencies {

    private long[] nanos = new long[1024];
    private int count;

    /** Of numbers with white space between. */
    static Latencies parse(String nanos) {
        Latencies latencies = new Latencies();
        new Scanner(nanos).tokens().mapToLong(Long::parseLong).forEach(latencies::add);
        return latencies;
    }

    void add(long durationNanos) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = durationNanos;
    }

    void addAll(Latencies others) {
        for (int i = 0; i < others.count; i++) {
            add(others.nanos[i]);
        }
    }

    int count() {
        return count;
    }

    /** The duration that this part of the operations did not exceed, in microseconds. */
    double micros(double part) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1L, Math.round(part * count))] / 1000.0;
    }
}
