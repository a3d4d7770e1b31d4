package org.pmuconnector.pmu.manager;

import java.util.List;

/**
 * A named cursor of a region.
 *
 * @param name of the subscription
 * @param cursorSequence everything up to this sequence was taken, but for what is parked
 * @param parked what was laid aside, by sequence
 */
public record SubscriptionStatus(String name, long cursorSequence, List<ParkedSet> parked) {

    /** A status whose list does not change any more. */
    public SubscriptionStatus {
        parked = List.copyOf(parked);
    }

    /** A subscription of which nothing is parked. */
    public SubscriptionStatus(String name, long cursorSequence) {
        this(name, cursorSequence, List.of());
    }

    /** Up to where nothing of the subscription's is needed any more. */
    long clearedSequence() {
        return parked.isEmpty()
                ? cursorSequence
                : Math.min(cursorSequence, parked.get(0).sequence() - 1);
    }
}
