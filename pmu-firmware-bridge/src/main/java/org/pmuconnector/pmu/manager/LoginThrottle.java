package org.pmuconnector.pmu.manager;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.model.MonotonicClock;

/**
 * Slows guessing down: after some failures each further one closes the door for twice as long, up to half a minute; nobody
 * waits in here. Remembers a bounded number of sources, those that failed last. One thread at a time.
 */
final class LoginThrottle {

    /** How many sources of failures are remembered. */
    static final int MOST_ENTRIES = 4096;

    /** After so long without a failure a source is as good as new. */
    static final long FORGIVEN_NANOS = TimeUnit.MINUTES.toNanos(10);

    static final long FIRST_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    static final long LONGEST_DELAY_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final class Entry {
        private int failures;
        private long failedNanos;
        private long openNanos;
    }

    private final MonotonicClock clock;
    private final int freeFailures;
    private final Map<Object, Entry> entries = new LinkedHashMap<>();

    /** A throttle that closes after more failures than that. */
    LoginThrottle(MonotonicClock clock, int freeFailures) {
        this.clock = clock;
        this.freeFailures = freeFailures;
    }

    /** How long the source has to wait, in nanoseconds; 0 if it may try. */
    long waitNanos(Object source) {
        Entry entry = entries.get(source);
        return entry == null ? 0 : Math.max(0, entry.openNanos - clock.nanoTime());
    }

    void failed(Object source) {
        long now = clock.nanoTime();
        // Taken out and put in again: the one that failed longest ago comes first.
        Entry entry = entries.remove(source);
        if (entry == null || now - entry.failedNanos > FORGIVEN_NANOS) {
            entry = new Entry();
            entry.openNanos = now;
        }
        entry.failures++;
        entry.failedNanos = now;
        int doublings = entry.failures - freeFailures - 1;
        if (doublings >= 0) {
            long delay = doublings > 20 ? LONGEST_DELAY_NANOS : FIRST_DELAY_NANOS << doublings;
            entry.openNanos = now + Math.min(LONGEST_DELAY_NANOS, delay);
        }
        entries.put(source, entry);
        if (entries.size() > MOST_ENTRIES) {
            entries.remove(entries.keySet().iterator().next());
        }
    }

    void succeeded(Object source) {
        entries.remove(source);
    }

    int size() {
        return entries.size();
    }
}
