package org.pmuconnector.instance;

import java.time.Duration;

/**
 * How sets are handed to a listener.
 *
 * @param maxSets the most in one call, 1 or more
 * @param maxWait how long the first of them may wait for more to come; zero for not at all
 * @param maxRedeliveries how often a set is delivered again that the listener fails to take; 0 for without end
 * @param afterThat what becomes of it then
 */
public record DeliverySettings(int maxSets, Duration maxWait, int maxRedeliveries, PoisonPolicy afterThat) {

    /** One set at a time, again and again until it is taken. */
    public static final DeliverySettings ONE_BY_ONE = new DeliverySettings(1, Duration.ZERO, 0, PoisonPolicy.STOP);

    /** What becomes of a set that the listener never takes. */
    public enum PoisonPolicy {
        /** The replica goes down, and has to be activated anew. */
        STOP,
        /** The set is laid aside at the manager, and delivery goes on behind it; needs a subscription that frees room. */
        PARK
    }

    /** Checks the values. */
    public DeliverySettings {
        if (maxSets < 1 || maxWait.isNegative() || maxRedeliveries < 0) {
            throw new IllegalArgumentException(
                    maxSets + " sets, " + maxWait + " wait, " + maxRedeliveries + " redeliveries");
        }
    }
}
