package org.pmuconnector.pmu.manager;

import static java.lang.System.Logger.Level.WARNING;

import java.util.List;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * The connections with all that they have, and the door that every request comes through.
 *
 * <p>Its monitor is the manager's lock. Whatever the manager has is looked at and changed by one thread at a time: each
 * public method of {@link PersistentMemoryManager}, {@link ConnectionRequests}, {@link RegionRequests} and
 * {@link PrimaryRequests} holds the monitor from its beginning to its end, and nothing behind them takes a lock. One that
 * did not would be found out here, at its first connection.
 */
final class Connections {

    private static final System.Logger LOG = System.getLogger(Connections.class.getName());

    private final Roster roster;
    private final KeyRing keys;
    private final Regions regions;
    private final Imports imports;
    private boolean stopped;

    Connections(Roster roster, KeyRing keys, Regions regions, Imports imports) {
        this.roster = roster;
        this.keys = keys;
        this.regions = regions;
        this.imports = imports;
    }

    ManagedConnection connect(ManagerPeer peer) throws PmuException {
        requireLock();
        if (stopped) {
            throw new PmuException(ErrorCode.UNIT_UNREACHABLE, "the unit is stopping; try again when it is served");
        }
        return roster.connect(peer);
    }

    List<ManagedConnection> all() {
        requireLock();
        return roster.connections();
    }

    /** A connection by its number, null if there is none. */
    ManagedConnection find(long id) {
        requireLock();
        return roster.find(id);
    }

    /** A connection that has not ended. */
    ManagedConnection require(long id) throws PmuException {
        ManagedConnection connection = find(id);
        if (connection == null) {
            throw new PmuException(ErrorCode.CONNECTION_LOST, "the unit has ended this connection");
        }
        return connection;
    }

    /** A connection that has said hello. */
    ManagedConnection requireGreeted(long id) throws PmuException {
        ManagedConnection connection = require(id);
        if (connection.purpose == null) {
            throw new PmuException(ErrorCode.PROTOCOL_VIOLATION, "the first request on a connection must be a hello");
        }
        return connection;
    }

    /** A connection that is a session. */
    ManagedConnection requireSession(long id) throws PmuException {
        ManagedConnection connection = requireGreeted(id);
        if (connection.purpose != Purpose.SESSION) {
            throw new PmuException(
                    ErrorCode.NOT_AUTHORIZED,
                    "heartbeats and watches belong on a session; this is a " + connection.purpose + " connection");
        }
        return connection;
    }

    /** The region of that name, if the connection's principal has the right. */
    ManagedRegion region(ManagedConnection connection, String name, AccessRight right) throws PmuException {
        ManagedRegion region = regions.find(name);
        Access.require(region, connection.principal, right);
        return region;
    }

    /** Ends a connection and tells its peer; one that has ended is left as it is. */
    void drop(ManagedConnection connection, String reason) {
        if (find(connection.id) == connection) {
            forget(connection, reason);
            connection.peer.disconnect(reason);
        }
    }

    /** A connection is over: nothing under its keys can land when this returns. */
    void forget(ManagedConnection connection, String evidence) {
        try {
            keys.revokeAll(connection);
        } catch (PmuException e) {
            // When the session with the bridge has ended, which has ended all keys; or when a device does not confirm
            // that it has ended the connection: its keys stay the region's, so that a takeover tries again.
            LOG.log(WARNING, "keys of {0}: {1}", connection.peer.name(), e.getMessage());
        }
        // One that still has keys stays there, for whoever revokes all of the region's.
        if (connection.region != null && connection.keys.isEmpty()) {
            connection.region.users.remove(connection);
        }
        imports.ended(connection);
        SubscriptionOwners.ended(regions, connection);
        regions.unwatch(connection);
        roster.forget(connection, evidence);
    }

    /** Takes away what a region's access list no longer allows. */
    void review(ManagedRegion region) {
        for (ManagedConnection watcher : List.copyOf(region.watchers)) {
            if (!Access.allows(region.entry, watcher.principal, AccessRight.READ)) {
                regions.unwatch(region, watcher);
            }
        }
        for (ManagedConnection user : List.copyOf(region.users)) {
            boolean writes = user.keys.stream().anyMatch(region.writeKeys::contains);
            AccessRight needed = writes ? AccessRight.WRITE : AccessRight.READ;
            if (!Access.allows(region.entry, user.principal, needed)) {
                drop(user, user.principal + " may no longer use region " + region.name() + " so");
            }
        }
    }

    /** Ends all, and lets nobody in any more. */
    void stop() {
        stopped = true;
        List<ManagedConnection> all = all();
        // Nobody shall be told that the others leave, and take it for a chance.
        all.forEach(regions::unwatch);
        all.forEach(connection -> drop(connection, "the unit is stopping"));
    }

    boolean isStopped() {
        return stopped;
    }

    private void requireLock() {
        if (!Thread.holdsLock(this)) {
            throw new IllegalStateException("without the manager's lock");
        }
    }
}
