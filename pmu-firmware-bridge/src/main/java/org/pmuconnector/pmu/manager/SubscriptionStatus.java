package org.pmuconnector.pmu.manager;

/**
 * A named cursor of a region.
 *
 * @param name of the subscription
 * @param cursorSequence everything up to this sequence was taken
 */
public record SubscriptionStatus(String name, long cursorSequence) {}
