package org.pmuconnector.polling;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many threads may poll at once. Polling buys latency with a processor: that is a good bargain only while no other
 * thread wants it, so that one fewer than there are processors may, and nobody on a machine with one. Safe for use by
 * many threads.
 */
public final class PollGate {

    private final AtomicInteger free;

    /** A gate for that many pollers. */
    public PollGate(int pollers) {
        this.free = new AtomicInteger(pollers);
    }

    /** A gate that leaves one processor to those who work. */
    public static PollGate ofProcessors() {
        return new PollGate(Runtime.getRuntime().availableProcessors() - 1);
    }

    /** Gets inside if there is room. Whoever got true calls {@link #exit}. */
    public boolean tryEnter() {
        int now = free.get();
        while (now > 0) {
            if (free.compareAndSet(now, now - 1)) {
                return true;
            }
            now = free.get();
        }
        return false;
    }

    /** Leaves. */
    public void exit() {
        free.incrementAndGet();
    }
}
