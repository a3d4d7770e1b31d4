package org.pmuconnector.instance;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.MonotonicClock;

/** Measures how far a replica's listener is behind. Changed by the replica's thread, read by any. */
final class ReplicaLag {

    private final MonotonicClock clock;
    private final AtomicLong sets = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private volatile long completeNanos;

    ReplicaLag(MonotonicClock clock) {
        this.clock = clock;
        this.completeNanos = clock.nanoTime();
    }

    void read(Collection<CommittedSet> more) {
        sets.addAndGet(more.size());
        bytes.addAndGet(more.stream().mapToLong(set -> set.payload().length).sum());
    }

    /** The listener has taken a set of so many bytes. */
    void taken(long payloadBytes) {
        sets.decrementAndGet();
        bytes.addAndGet(-payloadBytes);
    }

    /** All that was read has to be read again. */
    void forgotten() {
        sets.set(0);
        bytes.set(0);
    }

    /** The listener has everything that had been committed at a time. */
    void completeAt(long nanos) {
        completeNanos = nanos;
    }

    Lag value() {
        return new Lag(sets.get(), bytes.get(), TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - completeNanos));
    }
}
