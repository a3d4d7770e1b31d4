package org.pmuconnector.pmu;

import java.util.concurrent.TimeUnit;
import org.pmuconnector.model.MonotonicClock;

/** Time that passes when the test says so. */
public final class ManualClock implements MonotonicClock {

    /** Not zero, and near where a signed number of nanoseconds wraps: only differences count. */
    private long nanos = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(10);

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    public synchronized void advanceMillis(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
