package org.pmuconnector.instance;

import java.util.List;
import org.pmuconnector.control.wire.RegionState;

/**
 * A set that a subscriber's application could not take, and that was laid aside.
 *
 * @param subscription of the subscriber
 * @param sequence of the set
 * @param reason why, in words
 */
public record Parked(String subscription, long sequence, String reason) {

    /** All of a region's. */
    static List<Parked> of(RegionState state) {
        return state.getSubscriptionsList().stream()
                .flatMap(subscription -> subscription.getParkedList().stream()
                        .map(set -> new Parked(subscription.getName(), set.getSequence(), set.getReason())))
                .toList();
    }
}
