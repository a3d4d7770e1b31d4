package org.pmuconnector.instance;

import java.time.Duration;

/** Pauses between tries, each twice as long as the one before, up to the longest. One thread at a time. */
final class Backoff {

    private final Duration first;
    private final Duration longest;
    private Duration next;

    Backoff(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.next = first;
    }

    /** The pause that is due. */
    Duration peek() {
        return next;
    }

    /** The pause that is due; the one after it is longer. */
    Duration next() {
        Duration pause = next;
        Duration doubled = pause.multipliedBy(2);
        next = doubled.compareTo(longest) > 0 ? longest : doubled;
        return pause;
    }

    /** A try went well. */
    void reset() {
        next = first;
    }
}
