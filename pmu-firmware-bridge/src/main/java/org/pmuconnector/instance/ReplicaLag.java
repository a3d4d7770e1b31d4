package org.pmuconnector.instance;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.model.MonotonicClock;

/** Measures how far a replica's listener is behind. Changed by the replica's thread, read by any. */
final class ReplicaLag {

    /** What the listener has not taken: one value, so that its sets and its bytes are of the same moment. */
    private record Unread(long sets, long bytes) {

        static final Unread NOTHING = new Unread(0, 0);

        Unread plus(long moreSets, long moreBytes) {
            return new Unread(sets + moreSets, bytes + moreBytes);
        }
    }

    private final MonotonicClock clock;
    private final AtomicReference<Unread> unread = new AtomicReference<>(Unread.NOTHING);
    private volatile long completeNanos;

    ReplicaLag(MonotonicClock clock) {
        this.clock = clock;
        this.completeNanos = clock.nanoTime();
    }

    void read(Collection<CommittedSet> more) {
        long payloadBytes = more.stream().mapToLong(set -> set.payload().length).sum();
        change(more.size(), payloadBytes);
    }

    /** The listener has taken a set of so many bytes. */
    void taken(long payloadBytes) {
        change(-1, -payloadBytes);
    }

    /** Only one thread changes it, which need not wait until others see the change: a takeover takes set after set. */
    private void change(long moreSets, long moreBytes) {
        unread.setRelease(unread.getPlain().plus(moreSets, moreBytes));
    }

    /** All that was read has to be read again. */
    void forgotten() {
        unread.set(Unread.NOTHING);
    }

    /** The listener has everything that had been committed at a time. */
    void completeAt(long nanos) {
        completeNanos = nanos;
    }

    Lag value() {
        Unread known = unread.get();
        return new Lag(known.sets(), known.bytes(), TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - completeNanos));
    }
}
