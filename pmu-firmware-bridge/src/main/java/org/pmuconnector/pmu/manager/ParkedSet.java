package org.pmuconnector.pmu.manager;

/**
 * A set that a subscriber's application could not take: it is kept, and delivery goes on behind it.
 *
 * @param sequence of the set
 * @param reason why, for a person
 */
public record ParkedSet(long sequence, String reason) {}
