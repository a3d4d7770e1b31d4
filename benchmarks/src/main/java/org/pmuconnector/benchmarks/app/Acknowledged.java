package org.pmuconnector.benchmarks.app;

import java.util.concurrent.atomic.AtomicIntegerArray;

/** How many updates were acknowledged in each slice of time. Safe for use by many threads. */
final class Acknowledged {

    private static final long SLICE_MILLIS = 50;
    private static final int MOST_SLICES = 20 * 60 * 20;

    private final long startMillis = System.currentTimeMillis();
    private final AtomicIntegerArray slices = new AtomicIntegerArray(MOST_SLICES);

    void one() {
        long slice = (System.currentTimeMillis() - startMillis) / SLICE_MILLIS;
        if (slice < MOST_SLICES) {
            slices.incrementAndGet((int) slice);
        }
    }

    /** When the first slice began, in milliseconds of the epoch, a slice's length, and the slices' counts, in lines. */
    String timeline() {
        StringBuilder lines = new StringBuilder();
        lines.append(startMillis).append('\n').append(SLICE_MILLIS).append('\n');
        long past = Math.min(MOST_SLICES, (System.currentTimeMillis() - startMillis) / SLICE_MILLIS);
        for (int slice = 0; slice < past; slice++) {
            lines.append(slices.get(slice)).append('\n');
        }
        return lines.toString();
    }
}
