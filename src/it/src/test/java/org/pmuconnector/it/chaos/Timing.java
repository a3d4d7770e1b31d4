package org.pmuconnector.it.chaos;

import java.time.Duration;

/**
 * When a unit gives a silent server's regions to another.
 *
 * @param lease without a sign of life
 * @param grace after its session has ended
 */
record Timing(Duration lease, Duration grace) {

    /** So short that a round sees several takeovers. */
    static final Timing SHORT = new Timing(Duration.ofMillis(700), Duration.ofMillis(200));

    /** So long that nothing which a round calls short may cost a primary its role. */
    static final Timing LONG = new Timing(Duration.ofSeconds(20), Duration.ofSeconds(20));
}
