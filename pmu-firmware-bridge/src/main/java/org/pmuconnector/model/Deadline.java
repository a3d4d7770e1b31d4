package org.pmuconnector.model;

import java.time.Duration;

/**
 * The moment by which an operation must have ended, on a monotonic clock.
 *
 * @param clock the clock that decides
 * @param nanoTime the moment on it
 */
public record Deadline(MonotonicClock clock, long nanoTime) {

    /** A deadline that far from now. */
    public static Deadline after(MonotonicClock clock, Duration duration) {
        return new Deadline(clock, clock.nanoTime() + duration.toNanos());
    }

    /** Nanoseconds left, zero or less when it has passed. */
    public long remainingNanos() {
        return nanoTime - clock.nanoTime();
    }

    /** Whether it has passed. */
    public boolean hasPassed() {
        return remainingNanos() <= 0;
    }
}
