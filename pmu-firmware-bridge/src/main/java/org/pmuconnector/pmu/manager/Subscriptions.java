package org.pmuconnector.pmu.manager;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.pmu.manager.catalog.CatalogParkedSet;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogSubscription;

/** Named, durable cursors of regions. One thread at a time, under the manager's lock. */
final class Subscriptions {

    /** They share the one page of the region's catalog entry. */
    static final int MAX_PARKED_PER_REGION = 8;

    /** Of the reason for which a set was parked. */
    static final int MAX_REASON_CHARACTERS = 64;

    private Subscriptions() {}

    /** The subscription of that name, new if there was none. */
    static SubscriptionStatus create(Regions regions, ManagedRegion region, String name, int limit)
            throws PmuException {
        int index = indexOf(region.entry.getSubscriptionsList(), name);
        if (index >= 0) {
            return status(region.entry, index);
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
        return status(region.entry, count);
    }

    /** Moves a cursor forward; a sequence before it changes nothing. */
    static SubscriptionStatus advance(Regions regions, ManagedRegion region, String name, long sequence)
            throws PmuException {
        int index = require(region, name, sequence);
        CatalogRegion.Builder next = region.entry.toBuilder();
        moveCursor(next, index, sequence);
        regions.changeIfNew(region, next.build());
        return status(region.entry, index);
    }

    /** Moves a cursor forward in an entry that is to be. */
    static void moveCursor(CatalogRegion.Builder entry, int index, long sequence) {
        if (sequence > entry.getSubscriptions(index).getCursorSequence()) {
            entry.getSubscriptionsBuilder(index).setCursorSequence(sequence);
        }
    }

    /**
     * Lays a set aside and moves the cursor over it.
     *
     * @param reason for a person's eyes: what cannot be printed is not kept
     * @throws PmuException {@code PROTOCOL_VIOLATION} for no set; {@code MISUSE} where what the subscription cleared is not
     *     what frees room; {@code LIMIT_REACHED}
     */
    static SubscriptionStatus park(Regions regions, ManagedRegion region, String name, long sequence, String reason)
            throws PmuException {
        int index = require(region, name, sequence);
        if (sequence == 0) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "region " + region.name() + ": there is no set 0 that could be parked");
        }
        if (region.properties().retention() != Retention.CLEARED || index != 0) {
            throw new PmuException(
                    ErrorCode.MISUSE,
                    "region " + region.name() + " does not retain sets until subscription '" + name
                            + "' has cleared them: a parked set would be freed");
        }
        List<CatalogParkedSet> parked = region.entry.getSubscriptions(index).getParkedList();
        CatalogRegion.Builder next = region.entry.toBuilder();
        if (parked.stream().noneMatch(set -> set.getSequence() == sequence)) {
            if (parked.size() >= MAX_PARKED_PER_REGION) {
                throw new PmuException(
                        ErrorCode.LIMIT_REACHED,
                        "region " + region.name() + " has " + parked.size() + " parked sets, as many as it may; deal"
                                + " with them and let them go by 'pmu unpark'");
            }
            next.getSubscriptionsBuilder(index).clearParked().addAllParked(inOrder(parked, parked(sequence, reason)));
        }
        moveCursor(next, index, sequence);
        regions.addIfRoom(region, next.build());
        return status(region.entry, index);
    }

    private static List<CatalogParkedSet> inOrder(List<CatalogParkedSet> parked, CatalogParkedSet fresh) {
        return Stream.concat(parked.stream(), Stream.of(fresh))
                .sorted(Comparator.comparingLong(CatalogParkedSet::getSequence))
                .toList();
    }

    /**
     * Lets a parked set go.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if it is not parked
     */
    static SubscriptionStatus unpark(Regions regions, ManagedRegion region, String name, long sequence)
            throws PmuException {
        int index = require(region, name, sequence);
        List<CatalogParkedSet> parked = region.entry.getSubscriptions(index).getParkedList();
        List<CatalogParkedSet> left =
                parked.stream().filter(set -> set.getSequence() != sequence).toList();
        if (left.size() == parked.size()) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "region " + region.name() + ": set " + sequence + " of subscription '" + name
                            + "' is not parked; 'pmu parked' shows those that are");
        }
        CatalogRegion.Builder next = region.entry.toBuilder();
        next.getSubscriptionsBuilder(index).clearParked().addAllParked(left);
        regions.changeIfNew(region, next.build());
        return status(region.entry, index);
    }

    /** All of a region's, in the order of their creation. */
    static List<SubscriptionStatus> of(CatalogRegion entry) {
        return entry.getSubscriptionsList().stream().map(Subscriptions::read).toList();
    }

    private static SubscriptionStatus status(CatalogRegion entry, int index) {
        return read(entry.getSubscriptions(index));
    }

    private static SubscriptionStatus read(CatalogSubscription subscription) {
        return new SubscriptionStatus(
                subscription.getName(),
                subscription.getCursorSequence(),
                subscription.getParkedList().stream()
                        .map(set -> new ParkedSet(set.getSequence(), set.getReason()))
                        .toList());
    }

    /** A subscription as it is persisted. */
    static CatalogSubscription write(SubscriptionStatus status) {
        CatalogSubscription.Builder entry =
                CatalogSubscription.newBuilder().setName(status.name()).setCursorSequence(status.cursorSequence());
        status.parked().forEach(set -> entry.addParked(parked(set.sequence(), set.reason())));
        return entry.build();
    }

    /** Whether sets can be parked ones: by sequence, each once. */
    static boolean areSound(List<ParkedSet> parked) {
        long last = 0;
        for (ParkedSet set : parked) {
            if (set.sequence() <= last) {
                return false;
            }
            last = set.sequence();
        }
        return true;
    }

    private static CatalogParkedSet parked(long sequence, String reason) {
        return CatalogParkedSet.newBuilder()
                .setSequence(sequence)
                .setReason(RegionProperties.printable(reason, MAX_REASON_CHARACTERS))
                .build();
    }

    /** The place of a subscription that is there, of a sequence that may be. */
    static int require(ManagedRegion region, String name, long sequence) throws PmuException {
        int index = indexOf(region.entry.getSubscriptionsList(), name);
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
        return index;
    }

    /** The place of a subscription among all, -1 if there is none of that name. */
    static int indexOf(List<CatalogSubscription> subscriptions, String name) {
        for (int i = 0; i < subscriptions.size(); i++) {
            if (subscriptions.get(i).getName().equals(name)) {
                return i;
            }
        }
        return -1;
    }
}
