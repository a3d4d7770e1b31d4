package org.pmuconnector.instance;

import java.time.Duration;
import org.pmuconnector.model.TakeoverPriority;

/**
 * How a replica behaves.
 *
 * @param role whether it may become the primary
 * @param priority of those that may, which comes first when the region is vacant: the highest; {@link TakeoverPriority}
 * @param pollInterval how often a standby looks for new sets
 * @param maxFetch the most sets read at a time, 1 or more
 * @param subscription whose cursor to move behind what was delivered; null for none
 * @param resume where it goes on after a restart; at the cursor only with a subscription
 * @param delivery how sets are handed over
 */
public record ReplicaSettings(
        Role role,
        int priority,
        Duration pollInterval,
        int maxFetch,
        String subscription,
        Resume resume,
        DeliverySettings delivery) {

    /** Whether a replica may become the primary. */
    public enum Role {
        /** Primary if the region has none, standby otherwise. */
        AUTO,
        /** Primary or nothing: waits for its turn, and stays down once fenced. */
        PRIMARY,
        /** Never primary. */
        STANDBY
    }

    /** Where a replica begins, by where its listener keeps what it makes of the sets. */
    public enum Resume {
        /** In memory: from the newest base each time. */
        BASE,
        /**
         * Durably: behind what its subscription has cleared. The listener clears in the transaction in which it takes a
         * set, and is the subscription's only consumer.
         */
        CURSOR
    }

    /** Checks the values. */
    public ReplicaSettings {
        if (priority < TakeoverPriority.LOWEST || priority > TakeoverPriority.HIGHEST) {
            throw new IllegalArgumentException("priority " + priority);
        }
        if (pollInterval.isNegative() || pollInterval.isZero()) {
            throw new IllegalArgumentException("poll interval " + pollInterval);
        }
        if (maxFetch < 1) {
            throw new IllegalArgumentException("at most " + maxFetch + " sets at a time");
        }
        if (resume == Resume.CURSOR && subscription == null) {
            throw new IllegalArgumentException("no subscription to resume at the cursor of");
        }
    }
}
