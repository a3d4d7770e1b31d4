package org.pmuconnector.pmu.manager;

/**
 * The only consumer of a subscription, for as long as its connection lasts.
 *
 * @param region of the subscription
 * @param subscription its name
 * @param connection that asked for it
 * @param token that the owner's clears name, so that those of a former owner are refused
 */
record SubscriptionOwner(ManagedRegion region, String subscription, ManagedConnection connection, long token) {}
