package org.pmuconnector.pmu.manager;

import java.util.List;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogSubscription;

/** Named, durable cursors of regions. One thread at a time, under the manager's lock. */
final class Subscriptions {

    private Subscriptions() {}

    /** The subscription of that name, new if there was none. */
    static SubscriptionStatus create(Regions regions, ManagedRegion region, String name, int limit)
            throws PmuException {
        int index = indexOf(region, name);
        if (index >= 0) {
            return status(region, index);
        }
        if (!RegionProperties.isName(name)) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "subscription name '" + RegionProperties.shown(name)
                            + "': use 1 to 128 letters, digits, dots, underscores and hyphens");
        }
        int count = region.entry.getSubscriptionsCount();
        if (count >= limit) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    "region " + region.name() + " has " + count + " subscriptions, as many as it may; use one of them");
        }
        regions.change(
                region,
                region.entry.toBuilder()
                        .addSubscriptions(CatalogSubscription.newBuilder().setName(name))
                        .build());
        regions.announce(region);
        return status(region, count);
    }

    /** Moves a cursor forward; a sequence before it changes nothing. */
    static SubscriptionStatus advance(Regions regions, ManagedRegion region, String name, long sequence)
            throws PmuException {
        int index = indexOf(region, name);
        if (index < 0) {
            throw new PmuException(
                    ErrorCode.NO_SUBSCRIPTION,
                    "region " + region.name() + " has no subscription '" + RegionProperties.shown(name)
                            + "'; subscribe first");
        }
        if (sequence < 0) {
            throw new PmuException(
                    ErrorCode.BEYOND_COMMITTED,
                    "region " + region.name() + ": sequence " + Long.toUnsignedString(sequence) + " is beyond all");
        }
        CatalogRegion entry = region.entry;
        if (sequence > entry.getSubscriptions(index).getCursorSequence()) {
            CatalogRegion.Builder next = entry.toBuilder();
            next.getSubscriptionsBuilder(index).setCursorSequence(sequence);
            regions.change(region, next.build());
            regions.announce(region);
        }
        return status(region, index);
    }

    private static SubscriptionStatus status(ManagedRegion region, int index) {
        CatalogSubscription subscription = region.entry.getSubscriptions(index);
        return new SubscriptionStatus(subscription.getName(), subscription.getCursorSequence());
    }

    private static int indexOf(ManagedRegion region, String name) {
        List<CatalogSubscription> subscriptions = region.entry.getSubscriptionsList();
        for (int i = 0; i < subscriptions.size(); i++) {
            if (subscriptions.get(i).getName().equals(name)) {
                return i;
            }
        }
        return -1;
    }
}
