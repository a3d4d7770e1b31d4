package org.pmuconnector.instance;

import org.pmuconnector.model.MonotonicClock;

/** Takes the times of a takeover; what a stage has to do twice counts twice. One thread at a time. */
final class TakeoverTimer {

    private final MonotonicClock clock;
    private long sinceNanos;
    private long grantNanos;
    private long fenceNanos;
    private long readNanos;
    private int sets;
    private long sealNanos;
    private long deliverNanos;

    /** Starts it. */
    TakeoverTimer(MonotonicClock clock) {
        this.clock = clock;
        this.sinceNanos = clock.nanoTime();
    }

    void granted(long ofThatFenceNanos) {
        fenceNanos = ofThatFenceNanos;
        grantNanos += lap();
    }

    void read(int count) {
        sets = count;
        readNanos += lap();
    }

    void sealed() {
        sealNanos += lap();
    }

    void delivered() {
        deliverNanos += lap();
    }

    TakeoverTimes told() {
        return new TakeoverTimes(grantNanos, fenceNanos, readNanos, sets, sealNanos, deliverNanos, lap());
    }

    private long lap() {
        long now = clock.nanoTime();
        long lapNanos = now - sinceNanos;
        sinceNanos = now;
        return lapNanos;
    }
}
