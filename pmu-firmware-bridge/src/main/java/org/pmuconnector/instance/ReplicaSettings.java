package org.pmuconnector.instance;

import java.time.Duration;

/**
 * How a replica behaves.
 *
 * @param role whether it may become the primary
 * @param pollInterval how often a standby looks for new sets
 * @param maxBatch the most sets read at a time, 1 or more
 * @param subscription whose cursor to move behind what was delivered; null for none
 */
public record ReplicaSettings(Role role, Duration pollInterval, int maxBatch, String subscription) {

    /** Whether a replica may become the primary. */
    public enum Role {
        /** Primary if the region has none, standby otherwise. */
        AUTO,
        /** Primary or nothing: waits for its turn, and stays down once fenced. */
        PRIMARY,
        /** Never primary. */
        STANDBY
    }

    /** Checks the values. */
    public ReplicaSettings {
        if (pollInterval.isNegative() || pollInterval.isZero()) {
            throw new IllegalArgumentException("poll interval " + pollInterval);
        }
        if (maxBatch < 1) {
            throw new IllegalArgumentException("batch of " + maxBatch + " sets");
        }
    }
}
