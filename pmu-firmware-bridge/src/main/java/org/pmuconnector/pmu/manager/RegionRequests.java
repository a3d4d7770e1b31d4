package org.pmuconnector.pmu.manager;

import java.util.List;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.model.TakeoverPriority;
import org.pmuconnector.pmu.firmware.BridgeSession;

/**
 * What the manager does about regions as a whole: they come, are looked at, grow, change hands and go. Safe for use by many
 * threads, which take turns; nothing here waits for a peer.
 *
 * <p>Each request names the connection that it came on, and is refused as those of {@link ConnectionRequests}.
 */
public final class RegionRequests {

    private final Connections connections;
    private final BridgeSession session;
    private final ManagerSettings settings;
    private final Logins logins;
    private final Regions regions;
    private final Removals removals;
    private final Growth growth;
    private final Imports imports;

    RegionRequests(
            Connections connections,
            BridgeSession session,
            ManagerSettings settings,
            Logins logins,
            Regions regions,
            Removals removals,
            Growth growth,
            Imports imports) {
        this.connections = connections;
        this.session = session;
        this.settings = settings;
        this.logins = logins;
        this.regions = regions;
        this.removals = removals;
        this.growth = growth;
        this.imports = imports;
    }

    /** Creates a region, or finds it if it is there with the same properties. See {@link RegionProperties#of}. */
    public RegionStatus create(
            long connectionId,
            String name,
            long sizeBytes,
            long maxBaseBytes,
            PersistenceLevel level,
            Retention retention)
            throws PmuException {
        synchronized (connections) {
            Principal principal = connections.requireGreeted(connectionId).principal;
            RegionProperties properties =
                    RegionProperties.of(name, sizeBytes, maxBaseBytes, level, retention, session.highestLevel());
            return regions.create(properties, principal).status();
        }
    }

    /**
     * Deletes a region: it is gone, and no access under its keys can land, when this returns.
     *
     * @param force also if it has a primary or one that may return
     * @throws PmuException {@code REGION_UNKNOWN}, {@code NOT_AUTHORIZED}, {@code PRIMARY_EXISTS}, {@code UNIT_IO}
     */
    public void delete(long connectionId, String name, boolean force) throws PmuException {
        synchronized (connections) {
            removals.delete(toAdminister(connectionId, name), force);
        }
    }

    /**
     * Begins to make a region longer: its epoch is over when this returns, and it is claimed again when it has grown.
     *
     * @param sizeBytes rounded up to the next multiple of its size; nothing happens if it is so long
     * @throws PmuException {@code REGION_UNKNOWN}, {@code UNIT_FULL}, {@code BAD_CONFIGURATION} for a size that it cannot
     *     have, {@code PRIMARY_EXISTS} while it has not done with growing before, {@code UNIT_IO}
     */
    public RegionStatus grow(long connectionId, String name, long sizeBytes) throws PmuException {
        synchronized (connections) {
            ManagedRegion region = toAdminister(connectionId, name);
            growth.grow(region, sizeBytes);
            return region.status();
        }
    }

    /**
     * Makes a region that the connection alone can use, for it to fill, and binds a key for writing.
     *
     * @throws PmuException {@code REGION_MISMATCH} if there is one of that name, and as {@link #create}
     */
    public OpenedRegion beginImport(
            long connectionId,
            String name,
            long sizeBytes,
            long extentBytes,
            long maxBaseBytes,
            PersistenceLevel level,
            Retention retention)
            throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            RegionProperties properties =
                    RegionProperties.checked(name, sizeBytes, maxBaseBytes, level, retention, session.highestLevel());
            return imports.begin(connection, properties, extentBytes);
        }
    }

    /**
     * Makes the region that the connection has filled one for all.
     *
     * @throws PmuException {@code PROTOCOL_VIOLATION} if it fills none, {@code BAD_CONFIGURATION}, {@code UNIT_IO}
     */
    public RegionStatus finishImport(
            long connectionId,
            String name,
            long epoch,
            List<EpochStart> epochStarts,
            long trimPosition,
            List<SubscriptionStatus> subscriptions)
            throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            return imports.finish(connection, name, epoch, epochStarts, trimPosition, subscriptions)
                    .status();
        }
    }

    /**
     * Tells a session of the region's changes of epoch, role and subscriptions from now on.
     *
     * @param priority 0, or as what its instance stands for the region from now on, up to {@link TakeoverPriority#HIGHEST}
     * @throws PmuException {@code REGION_UNKNOWN}, {@code LIMIT_REACHED}, {@code NOT_AUTHORIZED}, {@code
     *     PROTOCOL_VIOLATION}
     */
    public RegionStatus watch(long connectionId, String name, int priority) throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireSession(connectionId);
            ManagedRegion region = connections.region(connection, name, AccessRight.READ);
            int watched = connection.watches.size();
            if (watched >= settings.limits().watchesPerSession() && !connection.watches.contains(region)) {
                throw new PmuException(
                        ErrorCode.LIMIT_REACHED, "this session watches " + watched + " regions, as many as it may");
            }
            if (priority < 0 || priority > TakeoverPriority.HIGHEST) {
                throw new PmuException(
                        ErrorCode.PROTOCOL_VIOLATION,
                        "region " + name + ": priority " + priority + " is not 0 to " + TakeoverPriority.HIGHEST);
            }
            regions.watch(region, connection);
            region.candidates.stand(connection, priority);
            return region.status();
        }
    }

    /** A region as it is now. */
    public RegionStatus get(long connectionId, String name) throws PmuException {
        synchronized (connections) {
            Principal principal = connections.requireGreeted(connectionId).principal;
            ManagedRegion region = regions.find(name);
            Access.requireSight(region, principal);
            return region.status();
        }
    }

    /**
     * At most so many of the regions that the connection's principal has any right to, those behind a name, by name; from
     * the first one if the name is empty.
     */
    public List<RegionStatus> list(long connectionId, String afterName, int most) throws PmuException {
        synchronized (connections) {
            Principal principal = connections.requireGreeted(connectionId).principal;
            return regions.list(afterName, most, region -> Access.sees(region.entry, principal));
        }
    }

    /**
     * Changes who owns a region and what others may do with it. Connections that may no longer do what they do end.
     *
     * @throws PmuException {@code REGION_UNKNOWN}, {@code NOT_AUTHORIZED}, {@code BAD_CONFIGURATION} for somebody who is
     *     no user, {@code LIMIT_REACHED}, {@code UNIT_IO}
     */
    public RegionStatus setAccess(long connectionId, String name, AccessChange change) throws PmuException {
        synchronized (connections) {
            ManagedRegion region = toAdminister(connectionId, name);
            if (change.owner() != null) {
                requireUser(change.owner());
            }
            for (AccessGrant grant : change.grants()) {
                // What is left of a removed user can be taken away.
                if (!grant.rights().isEmpty()) {
                    requireUser(grant.principal());
                }
            }
            regions.change(region, Access.changed(region.entry, change));
            regions.announce(region);
            connections.review(region);
            return region.status();
        }
    }

    private void requireUser(String name) throws PmuException {
        if (logins.find(name) == null) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "the unit has no user '" + RegionProperties.shown(name) + "'; add it with 'pmu user add' first");
        }
    }

    private ManagedRegion toAdminister(long connectionId, String name) throws PmuException {
        return connections.region(connections.requireGreeted(connectionId), name, AccessRight.ADMINISTER);
    }
}
