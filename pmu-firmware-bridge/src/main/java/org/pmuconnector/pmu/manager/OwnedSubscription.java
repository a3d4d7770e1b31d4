package org.pmuconnector.pmu.manager;

/**
 * A subscription and who it belongs to.
 *
 * @param status of the subscription
 * @param ownerToken what its owner's clears name; 0 where it is nobody's own
 */
public record OwnedSubscription(SubscriptionStatus status, long ownerToken) {}
