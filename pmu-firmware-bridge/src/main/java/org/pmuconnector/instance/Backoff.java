package org.pmuconnector.instance;

import java.time.Duration;

/** Pauses between tries, each twice as long as the one before, up to a longest. One thread at a time. */
final class Backoff {

    private final Duration first;
    private Duration next;

    Backoff(Duration first) {
        this.first = first;
        this.next = first;
    }

    /** The pause that is due. */
    Duration peek() {
        return next;
    }

    /** The pause that is due; the one after it is longer, though not longer than that. */
    Duration next(Duration longest) {
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
