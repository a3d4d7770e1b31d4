package org.pmuconnector.instance;

/**
 * Counts how often a listener has failed to take a set. Where a batch fails, its sets are delivered one by one, so that
 * only the one that is to blame counts. One thread at a time.
 */
final class Redeliveries {

    private final int most;
    private long isolatedThrough;
    private long failedSequence;
    private int failures;

    /** Allows so many redeliveries of a set, 0 for any number. */
    Redeliveries(int most) {
        this.most = most;
    }

    /** A delivery of these sets has failed. */
    void failed(long firstSequence, long lastSequence) {
        isolatedThrough = Math.max(isolatedThrough, lastSequence);
        if (firstSequence != lastSequence) {
            return;
        }
        failures = firstSequence == failedSequence ? failures + 1 : 1;
        failedSequence = firstSequence;
    }

    /** Whether the set goes alone. */
    boolean isolates(long sequence) {
        return sequence <= isolatedThrough;
    }

    /** Whether the set has been delivered as often as it may. */
    boolean areUsedUp(long sequence) {
        return most > 0 && sequence == failedSequence && failures > most;
    }
}
