package org.pmuconnector.pmu.manager;

import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Subscriptions that have one consumer at a time: exactly once would not be so with two. One thread at a time, under the
 * manager's lock.
 */
final class SubscriptionOwners {

    private SubscriptionOwners() {}

    /**
     * Makes a connection the owner. Another connection of the same instance stands back: an instance has one consumer, and
     * knows of a broken connection before the unit does.
     *
     * @param token unlike any given before
     * @throws PmuException {@code SUBSCRIPTION_IN_USE}
     */
    static void take(ManagedRegion region, String subscription, ManagedConnection connection, long token)
            throws PmuException {
        SubscriptionOwner known = region.subscriptionOwners.get(subscription);
        if (known != null && known.connection().instance != connection.instance) {
            throw new PmuException(
                    ErrorCode.SUBSCRIPTION_IN_USE,
                    "subscription '" + subscription + "' of region " + region.name() + " is in use by instance "
                            + known.connection().instance.name + "; it is free when that one's connection ends");
        }
        if (known != null) {
            known.connection().ownedSubscriptions.remove(known);
        }
        SubscriptionOwner owner = new SubscriptionOwner(region, subscription, connection, token);
        region.subscriptionOwners.put(subscription, owner);
        connection.ownedSubscriptions.add(owner);
    }

    /**
     * Refuses what is not the owner's.
     *
     * @param token 0 from somebody who never was an owner
     * @throws PmuException {@code SUBSCRIPTION_IN_USE}
     */
    static void require(ManagedRegion region, String subscription, long token) throws PmuException {
        SubscriptionOwner owner = region.subscriptionOwners.get(subscription);
        long needed = owner == null ? 0 : owner.token();
        if (token != needed) {
            throw new PmuException(
                    ErrorCode.SUBSCRIPTION_IN_USE,
                    "subscription '" + RegionProperties.shown(subscription) + "' of region " + region.name()
                            + (owner == null
                                    ? " is not the requestor's any more: the connection that had it has ended"
                                    : " is in use by instance " + owner.connection().instance.name));
        }
    }

    /** What a connection had is free; those that wait for it are told. */
    static void ended(Regions regions, ManagedConnection connection) {
        for (SubscriptionOwner owner : connection.ownedSubscriptions) {
            owner.region().subscriptionOwners.remove(owner.subscription(), owner);
            regions.announce(owner.region());
        }
        connection.ownedSubscriptions.clear();
    }
}
