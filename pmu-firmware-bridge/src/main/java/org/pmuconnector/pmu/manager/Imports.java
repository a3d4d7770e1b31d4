package org.pmuconnector.pmu.manager;

import static java.lang.System.Logger.Level.WARNING;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.manager.catalog.CatalogEpoch;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogState;

/**
 * Regions that come from elsewhere: one connection fills a new one and says what it is, and nobody else sees it before. One
 * thread at a time, under the manager's lock.
 */
final class Imports {

    private static final System.Logger LOG = System.getLogger(Imports.class.getName());

    private final Regions regions;
    private final KeyRing keys;
    private final Removals removals;
    private final UnitLimits limits;

    Imports(Regions regions, KeyRing keys, Removals removals, UnitLimits limits) {
        this.regions = regions;
        this.keys = keys;
        this.removals = removals;
        this.limits = limits;
    }

    /** Makes the region and binds a key for writing to the connection. */
    OpenedRegion begin(ManagedConnection connection, RegionProperties properties, long extentBytes)
            throws PmuException {
        if (connection.region != null) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION, "a connection that has had a region's key imports no other region");
        }
        if (!new RegionSize(properties.sizeBytes(), extentBytes).isSound()) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "region " + properties.name() + ": " + properties.sizeBytes() + " bytes in extents of "
                            + extentBytes + " are not what a region can have");
        }
        ManagedRegion region = regions.createToImport(properties, extentBytes, connection.principal);
        try {
            OpenedRegion opened = keys.open(connection, region, true);
            connection.importing = region;
            return opened;
        } catch (PmuException | RuntimeException e) {
            removals.remove(region, "not imported");
            throw e;
        }
    }

    /** Makes the region what it was where it comes from; from then on it is one like others, without a primary. */
    ManagedRegion finish(
            ManagedConnection connection,
            String name,
            long epoch,
            List<EpochStart> starts,
            long trimPosition,
            List<SubscriptionStatus> subscriptions)
            throws PmuException {
        ManagedRegion region = connection.importing;
        if (region == null || !region.name().equals(name)) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION,
                    "this connection is not importing a region '" + RegionProperties.shown(name) + "'");
        }
        check(region.name(), epoch, starts, trimPosition, subscriptions);
        CatalogRegion.Builder next = region.entry.toBuilder()
                .setState(CatalogState.CATALOG_STATE_ACTIVE)
                .setEpoch(epoch)
                .setTrimPosition(trimPosition);
        starts.forEach(start -> next.addEpochStarts(CatalogEpoch.newBuilder()
                .setEpoch(start.epoch())
                .setStartPosition(start.startPosition())
                .setSalt(start.salt())));
        subscriptions.forEach(subscription -> next.addSubscriptions(Subscriptions.write(subscription)));
        // Nothing may change any more once others see it.
        keys.revokeRegion(region);
        regions.change(region, next.build());
        connection.importing = null;
        region.evidence = "imported";
        return region;
    }

    private void check(
            String name, long epoch, List<EpochStart> starts, long trimPosition, List<SubscriptionStatus> subscriptions)
            throws PmuException {
        boolean sound = epoch >= 0
                && trimPosition >= 0
                && starts.size() <= limits.epochsPerRegion()
                && subscriptions.size() <= limits.subscriptionsPerRegion();
        long lastEpoch = 0;
        long lastPosition = 0;
        for (EpochStart start : starts) {
            sound &= start.epoch() > lastEpoch && start.epoch() <= epoch && start.startPosition() >= lastPosition;
            lastEpoch = start.epoch();
            lastPosition = start.startPosition();
        }
        Set<String> names = new HashSet<>();
        for (SubscriptionStatus subscription : subscriptions) {
            sound &= RegionProperties.isName(subscription.name())
                    && names.add(subscription.name())
                    && subscription.cursorSequence() >= 0
                    && subscription.parked().size() <= Subscriptions.MAX_PARKED_PER_REGION
                    && Subscriptions.areSound(subscription.parked());
        }
        if (!sound) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "region " + name + ": epochs, trim position or subscriptions to import contradict themselves or "
                            + "exceed the unit's limits");
        }
    }

    /** A connection is over: what it has not finished is of no use. */
    void ended(ManagedConnection connection) {
        ManagedRegion region = connection.importing;
        if (region == null) {
            return;
        }
        connection.importing = null;
        try {
            removals.remove(region, "not imported: the connection ended before it was whole");
        } catch (PmuException e) {
            // The unit's next start removes it.
            LOG.log(WARNING, "region {0} is left half imported: {1}", region.name(), e.getMessage());
        }
    }
}
