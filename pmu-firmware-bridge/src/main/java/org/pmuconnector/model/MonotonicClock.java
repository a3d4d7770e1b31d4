package org.pmuconnector.model;

/** Time that only rises; the one source for deadlines, leases and every decision. Injected, so that it can be simulated. */
@FunctionalInterface
public interface MonotonicClock {

    /** Nanoseconds since an arbitrary moment; compare by difference only. */
    long nanoTime();

    /** The clock of this process. */
    static MonotonicClock system() {
        return System::nanoTime;
    }
}
