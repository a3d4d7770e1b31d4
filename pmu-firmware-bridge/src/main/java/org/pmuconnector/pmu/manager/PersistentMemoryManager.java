package org.pmuconnector.pmu.manager;

import static java.lang.System.Logger.Level.WARNING;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.users.UserDirectory;

/**
 * The manager (PMM): creates and opens regions, binds keys to connections, grants epochs, and notices who is gone. Safe
 * for use by many threads, which take turns; nothing here waits for a peer.
 *
 * <p>Each request names the connection that it came on. A request of a connection that has ended is refused with
 * {@code CONNECTION_LOST}, one before hello with {@code PROTOCOL_VIOLATION}.
 */
public final class PersistentMemoryManager {

    /** The version of the control protocol that this release speaks. */
    public static final int PROTOCOL_VERSION = 1;

    private static final System.Logger LOG = System.getLogger(PersistentMemoryManager.class.getName());

    private final BridgeSession session;
    private final MonotonicClock clock;
    private final ManagerSettings settings;
    private final long startedNanos;
    private final Regions regions;
    private final KeyRing keys;
    private final Roster roster;
    private final Primaries primaries;
    private final Housekeeping housekeeping = new Housekeeping();
    private final Removals removals;
    private final Growth growth;
    private final Imports imports;
    private long epochsGranted;
    private long fenceNanos;
    private final Logins logins;
    private boolean stopped;

    /**
     * The manager of a unit that is just starting.
     *
     * @param random draws the salts of epochs and the nonces of log-ins; outside of tests a cryptographically strong one
     * @param anonymous what those may do who do not log in
     * @param secret of the unit, the same after each start: makes up what those are asked who are no users
     * @throws PmuException {@code UNIT_DAMAGED}, {@code UNIT_FORMAT_UNSUPPORTED}
     */
    public PersistentMemoryManager(
            BridgeSession session,
            MonotonicClock clock,
            RandomGenerator random,
            ManagerSettings settings,
            AnonymousAccess anonymous,
            byte[] secret)
            throws PmuException {
        this.logins = new Logins(clock, random, secret, anonymous);
        this.session = session;
        this.clock = clock;
        this.settings = settings;
        this.startedNanos = clock.nanoTime();
        this.regions = Regions.load(session, clock, settings, housekeeping);
        this.keys = new KeyRing(session, settings.limits().keysPerConnection(), this::drop);
        this.removals = new Removals(session, regions, keys, housekeeping);
        this.growth = new Growth(session, regions, keys, housekeeping);
        this.imports = new Imports(regions, keys, removals, settings.limits());
        this.primaries =
                new Primaries(regions, keys, clock, random, settings.limits().epochsPerRegion());
        this.roster = new Roster(
                clock,
                settings,
                session.superblock().bootNumber(),
                primaries::departed,
                primaries::returned,
                this::drop);
    }

    /**
     * A connection has been set up.
     *
     * @return its number, also its protection domain
     * @throws PmuException {@code LIMIT_REACHED}; {@code UNIT_UNREACHABLE} if the unit is stopping
     */
    public synchronized long connected(ManagerPeer peer) throws PmuException {
        if (stopped) {
            throw new PmuException(ErrorCode.UNIT_UNREACHABLE, "the unit is stopping; try again when it is served");
        }
        return roster.connect(peer).id;
    }

    /** A connection is over: its keys are revoked, and nothing under them can land when this returns. */
    public synchronized void ended(long connectionId, String evidence) {
        ManagedConnection connection = roster.find(connectionId);
        if (connection != null) {
            forget(connection, evidence);
        }
    }

    private void drop(ManagedConnection connection, String reason) {
        if (roster.find(connection.id) == connection) {
            forget(connection, reason);
            connection.peer.disconnect(reason);
        }
    }

    private void forget(ManagedConnection connection, String evidence) {
        try {
            keys.revokeAll(connection);
        } catch (PmuException e) {
            // Only when the session with the bridge has ended, which has ended all keys.
            LOG.log(WARNING, "keys of {0}: {1}", connection.peer.name(), e.getMessage());
        }
        if (connection.region != null) {
            connection.region.users.remove(connection);
        }
        imports.ended(connection);
        regions.unwatch(connection);
        roster.forget(connection, evidence);
    }

    /**
     * A message of a SCRAM-SHA-256 exchange, before hello. After the second the connection is logged in.
     *
     * @return the answer to it
     * @throws PmuException {@code AUTHENTICATION_FAILED}, {@code LOGIN_THROTTLED}, {@code PROTOCOL_VIOLATION}; the
     *     connection has no further try
     */
    public synchronized String authenticate(long connectionId, String message) throws PmuException {
        return logins.exchange(connection(connectionId), message);
    }

    /** Replaces the users. Connections of those that are gone, or whose password is another, end. */
    public synchronized void setUsers(UserDirectory users) {
        UserDirectory former = logins.users();
        logins.setUsers(users);
        for (ManagedConnection connection : roster.connections()) {
            String reason = logins.renew(connection, former);
            if (reason != null) {
                drop(connection, reason);
            }
        }
        regions.all().forEach(this::review);
    }

    /** Takes away what its access list no longer allows. */
    private void review(ManagedRegion region) {
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

    /**
     * The first request on every connection, but for a log-in.
     *
     * @param instanceName of a session's or data connection's instance
     * @param instanceToken the 16 bytes that the instance drew when it started
     * @throws PmuException {@code VERSION_UNSUPPORTED}, {@code BAD_CONFIGURATION}, {@code INSTANCE_NAME_IN_USE},
     *     {@code AUTHENTICATION_FAILED} if only users are let in, {@code NOT_AUTHORIZED} for a data connection without a session, {@code PROTOCOL_VIOLATION}
     */
    public synchronized Greeting hello(
            long connectionId, int protocolVersion, Purpose purpose, String instanceName, byte[] instanceToken)
            throws PmuException {
        ManagedConnection connection = connection(connectionId);
        if (connection.purpose != null) {
            throw new PmuException(ErrorCode.PROTOCOL_VIOLATION, "a second hello on one connection");
        }
        if (protocolVersion != PROTOCOL_VERSION) {
            throw new PmuException(
                    ErrorCode.VERSION_UNSUPPORTED,
                    "the unit speaks protocol version " + PROTOCOL_VERSION + ", not "
                            + Integer.toUnsignedString(protocolVersion) + "; use matching releases");
        }
        Principal principal = connection.principal == null ? logins.anonymous() : connection.principal;
        roster.greet(connection, purpose, instanceName, instanceToken);
        connection.principal = principal;
        Superblock unit = session.superblock();
        return new Greeting(
                unit.unitId(), unit.bootNumber(), connection.id, settings.leaseMillis(), session.highestLevel());
    }

    /** Renews a session's lease; every other request on a session does so too. Returns the boot number. */
    public synchronized long heartbeat(long connectionId) throws PmuException {
        session(connectionId);
        return session.superblock().bootNumber();
    }

    /** Notes that a session is alive: called when a request has come and when it has been answered. */
    public synchronized void heard(long connectionId) {
        ManagedConnection connection = roster.find(connectionId);
        if (connection != null) {
            roster.heard(connection);
        }
    }

    /** Creates a region, or finds it if it is there with the same properties. See {@link RegionProperties#of}. */
    public synchronized RegionStatus createRegion(
            long connectionId,
            String name,
            long sizeBytes,
            long maxBaseBytes,
            PersistenceLevel level,
            Retention retention)
            throws PmuException {
        Principal principal = greeted(connectionId).principal;
        return regions.create(
                        RegionProperties.of(name, sizeBytes, maxBaseBytes, level, retention, session.highestLevel()),
                        principal)
                .status();
    }

    /**
     * Deletes a region: it is gone, and no access under its keys can land, when this returns.
     *
     * @param force also if it has a primary or one that may return
     * @throws PmuException {@code REGION_UNKNOWN}, {@code NOT_AUTHORIZED}, {@code PRIMARY_EXISTS}, {@code UNIT_IO}
     */
    public synchronized void deleteRegion(long connectionId, String name, boolean force) throws PmuException {
        removals.delete(find(greeted(connectionId), name, AccessRight.ADMINISTER), force);
    }

    /**
     * Begins to make a region longer: its epoch is over when this returns, and it is claimed again when it has grown.
     *
     * @param sizeBytes rounded up to the next multiple of its size; nothing happens if it is so long
     * @throws PmuException {@code REGION_UNKNOWN}, {@code UNIT_FULL}, {@code BAD_CONFIGURATION} for a size that it cannot
     *     have, {@code PRIMARY_EXISTS} while it has not done with growing before, {@code UNIT_IO}
     */
    public synchronized RegionStatus growRegion(long connectionId, String name, long sizeBytes) throws PmuException {
        ManagedRegion region = find(greeted(connectionId), name, AccessRight.ADMINISTER);
        growth.grow(region, sizeBytes);
        return region.status();
    }

    /**
     * Makes a region that the connection alone can use, for it to fill, and binds a key for writing.
     *
     * @throws PmuException {@code REGION_MISMATCH} if there is one of that name, and as {@link #createRegion}
     */
    public synchronized OpenedRegion importRegion(
            long connectionId,
            String name,
            long sizeBytes,
            long extentBytes,
            long maxBaseBytes,
            PersistenceLevel level,
            Retention retention)
            throws PmuException {
        ManagedConnection connection = greeted(connectionId);
        return imports.begin(
                connection,
                RegionProperties.checked(name, sizeBytes, maxBaseBytes, level, retention, session.highestLevel()),
                extentBytes);
    }

    /**
     * Makes the region that the connection has filled one for all.
     *
     * @throws PmuException {@code PROTOCOL_VIOLATION} if it fills none, {@code BAD_CONFIGURATION}, {@code UNIT_IO}
     */
    public synchronized RegionStatus finishImport(
            long connectionId,
            String name,
            long epoch,
            List<EpochStart> epochStarts,
            long trimPosition,
            List<SubscriptionStatus> subscriptions)
            throws PmuException {
        return imports.finish(greeted(connectionId), name, epoch, epochStarts, trimPosition, subscriptions)
                .status();
    }

    /**
     * Binds a key for the region to the connection.
     *
     * @param write also for writing: only for the primary in that epoch
     * @throws PmuException {@code REGION_UNKNOWN}, {@code NOT_PRIMARY}, {@code FENCED_OFF}, {@code EPOCH_CHANGED},
     *     {@code NOT_AUTHORIZED}, {@code LIMIT_REACHED}
     */
    public synchronized OpenedRegion openRegion(long connectionId, String name, boolean write, long epoch)
            throws PmuException {
        ManagedConnection connection = greeted(connectionId);
        ManagedRegion region = find(connection, name, write ? AccessRight.WRITE : AccessRight.READ);
        if (write) {
            primaries.require(instance(connection), region, epoch);
        }
        return keys.open(connection, region, write);
    }

    /**
     * Compare-and-set of the epoch: grants the next one.
     *
     * @param force also from a live primary
     * @throws PmuException {@code EPOCH_CHANGED}, {@code PRIMARY_EXISTS}, {@code NOT_AUTHORIZED} without a session,
     *     {@code LIMIT_REACHED}, {@code UNIT_IO}; nothing has changed
     */
    public synchronized GrantedEpoch claimPrimary(long connectionId, String name, long expectedEpoch, boolean force)
            throws PmuException {
        ManagedConnection connection = greeted(connectionId);
        Instance instance = instance(connection);
        if (!instance.isPresent()) {
            throw new PmuException(
                    ErrorCode.NOT_AUTHORIZED,
                    "instance " + instance.name + " has no session with the unit; open a session first");
        }
        ManagedRegion region = find(connection, name, AccessRight.TAKE_OVER);
        Access.require(region, connection.principal, AccessRight.WRITE);
        if (force) {
            Access.require(region, connection.principal, AccessRight.ADMINISTER);
        }
        GrantedEpoch granted = primaries.claim(instance, region, expectedEpoch, force);
        epochsGranted++;
        fenceNanos += granted.fenceNanos();
        return granted;
    }

    /** The new primary's records begin at that position. Refused as {@link #openRegion} for writing. */
    public synchronized RegionStatus beginEpoch(long connectionId, String name, long epoch, long startPosition)
            throws PmuException {
        ManagedConnection connection = greeted(connectionId);
        ManagedRegion region = find(connection, name, AccessRight.WRITE);
        primaries.begin(instance(connection), region, epoch, startPosition);
        return region.status();
    }

    /** The primary gives the region up. Refused as {@link #openRegion} for writing. */
    public synchronized RegionStatus resignPrimary(long connectionId, String name, long epoch) throws PmuException {
        ManagedConnection connection = greeted(connectionId);
        ManagedRegion region = find(connection, name, AccessRight.WRITE);
        primaries.resign(instance(connection), region, epoch);
        return region.status();
    }

    /** Frees what lies before the position. Refused as {@link #openRegion} for writing. */
    public synchronized RegionStatus trim(long connectionId, String name, long epoch, long position)
            throws PmuException {
        ManagedConnection connection = greeted(connectionId);
        ManagedRegion region = find(connection, name, AccessRight.WRITE);
        primaries.trim(instance(connection), region, epoch, position);
        return region.status();
    }

    /**
     * Tells a session of the region's changes of epoch, role and subscriptions from now on.
     *
     * @throws PmuException {@code REGION_UNKNOWN}, {@code LIMIT_REACHED}, {@code NOT_AUTHORIZED}
     */
    public synchronized RegionStatus watch(long connectionId, String name) throws PmuException {
        ManagedConnection connection = session(connectionId);
        ManagedRegion region = find(connection, name, AccessRight.READ);
        int watched = connection.watches.size();
        if (watched >= settings.limits().watchesPerSession() && !connection.watches.contains(region)) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED, "this session watches " + watched + " regions, as many as it may");
        }
        regions.watch(region, connection);
        return region.status();
    }

    /** A region as it is now. */
    public synchronized RegionStatus region(long connectionId, String name) throws PmuException {
        ManagedRegion region = regions.find(name);
        Access.requireSight(region, greeted(connectionId).principal);
        return region.status();
    }

    /**
     * At most so many of the regions that the connection's principal has any right to, those behind a name, by name; from
     * the first one if the name is empty.
     */
    public synchronized List<RegionStatus> regions(long connectionId, String afterName, int most) throws PmuException {
        Principal principal = greeted(connectionId).principal;
        return regions.list(afterName, most, region -> Access.sees(region.entry, principal));
    }

    /**
     * At most so many connections, those behind a number, by number; from the first one if it is 0. An administrator sees
     * all, others those on their own behalf.
     */
    public synchronized List<ConnectionStatus> connections(long connectionId, long afterId, int most)
            throws PmuException {
        Principal principal = greeted(connectionId).principal;
        return roster.list(afterId, most, connection -> principal.maySee(connection));
    }

    /** At most so many bound keys, those behind an index, by index; from the first one if it is 0. As connections. */
    public synchronized List<KeyStatus> keys(long connectionId, int afterIndex, int most) throws PmuException {
        Principal principal = greeted(connectionId).principal;
        return keys.list(afterIndex, most, connection -> principal.maySee(connection));
    }

    /**
     * Changes who owns a region and what others may do with it. Connections that may no longer do what they do end.
     *
     * @throws PmuException {@code REGION_UNKNOWN}, {@code NOT_AUTHORIZED}, {@code BAD_CONFIGURATION} for somebody who is
     *     no user, {@code LIMIT_REACHED}, {@code UNIT_IO}
     */
    public synchronized RegionStatus setAccess(long connectionId, String name, AccessChange change)
            throws PmuException {
        ManagedRegion region = find(greeted(connectionId), name, AccessRight.ADMINISTER);
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
        review(region);
        return region.status();
    }

    private void requireUser(String name) throws PmuException {
        if (logins.find(name) == null) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "the unit has no user '" + RegionProperties.shown(name) + "'; add it with 'pmu user add' first");
        }
    }

    /**
     * Creates a subscription where there is none.
     *
     * @throws PmuException {@code REGION_UNKNOWN}, {@code BAD_CONFIGURATION} for its name, {@code LIMIT_REACHED}
     */
    public synchronized SubscriptionStatus subscribe(long connectionId, String name, String subscription)
            throws PmuException {
        ManagedConnection connection = greeted(connectionId);
        instance(connection);
        ManagedRegion region = find(connection, name, AccessRight.READ);
        return Subscriptions.create(
                regions, region, subscription, settings.limits().subscriptionsPerRegion());
    }

    /**
     * Moves a subscription's cursor forward; a sequence before it changes nothing.
     *
     * @throws PmuException {@code REGION_UNKNOWN}, {@code NO_SUBSCRIPTION}, {@code BEYOND_COMMITTED} for no sequence
     */
    public synchronized SubscriptionStatus advanceCursor(
            long connectionId, String name, String subscription, long sequence) throws PmuException {
        ManagedConnection connection = greeted(connectionId);
        instance(connection);
        ManagedRegion region = find(connection, name, AccessRight.READ);
        return Subscriptions.advance(regions, region, subscription, sequence);
    }

    /**
     * Ends another connection of the same instance: nothing that it sent can land when this returns. One that is not
     * there any more is no error.
     *
     * @throws PmuException {@code NOT_AUTHORIZED} for another instance's, {@code PROTOCOL_VIOLATION} for its own
     */
    public synchronized void endConnection(long connectionId, long otherId) throws PmuException {
        ManagedConnection connection = greeted(connectionId);
        Instance instance = instance(connection);
        ManagedConnection other = roster.find(otherId);
        if (other == null) {
            return;
        }
        if (other == connection) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION, "a connection is ended from another one or by closing");
        }
        if (other.instance != instance) {
            throw new PmuException(
                    ErrorCode.NOT_AUTHORIZED, "connection " + otherId + " is not one of instance " + instance.name);
        }
        drop(other, "ended by another connection of its instance");
    }

    /** The unit as it is now. */
    public synchronized UnitStatus unit(long connectionId) throws PmuException {
        greeted(connectionId);
        Superblock unit = session.superblock();
        return new UnitStatus(
                unit.unitId(),
                unit.bootNumber(),
                unit.sizeBytes(),
                regions.freeBytes(),
                Superblock.FORMAT_VERSION,
                TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - startedNanos),
                roster.connectionCount(),
                keys.boundCount(),
                regions.all().size(),
                session.highestLevel(),
                session.memoryDescription());
    }

    /** What is to be watched over time; nobody's request. */
    public synchronized ManagerStatistics statistics() {
        return new ManagerStatistics(
                regions.roleCounts(),
                regions.freeBytes(),
                roster.connectionCounts(),
                roster.connectionsEver(),
                keys.boundCount(),
                epochsGranted,
                fenceNanos,
                roster.leasesExpired());
    }

    /** Lets time do what it does. Called a few times in every lease. */
    public synchronized void tick() {
        roster.tick();
        primaries.tick();
        if (!stopped) {
            housekeeping.tick();
        }
    }

    /** Disconnects everyone; what was granted stays granted in the catalog. */
    public synchronized void stop() {
        stopped = true;
        List<ManagedConnection> all = roster.connections();
        // Nobody shall be told that the others leave, and take it for a chance.
        all.forEach(regions::unwatch);
        all.forEach(connection -> drop(connection, "the unit is stopping"));
    }

    private ManagedRegion find(ManagedConnection connection, String name, AccessRight right) throws PmuException {
        ManagedRegion region = regions.find(name);
        Access.require(region, connection.principal, right);
        return region;
    }

    private ManagedConnection connection(long id) throws PmuException {
        ManagedConnection connection = roster.find(id);
        if (connection == null) {
            throw new PmuException(ErrorCode.CONNECTION_LOST, "the unit has ended this connection");
        }
        return connection;
    }

    private ManagedConnection greeted(long id) throws PmuException {
        ManagedConnection connection = connection(id);
        if (connection.purpose == null) {
            throw new PmuException(ErrorCode.PROTOCOL_VIOLATION, "the first request on a connection must be a hello");
        }
        return connection;
    }

    private ManagedConnection session(long id) throws PmuException {
        ManagedConnection connection = greeted(id);
        if (connection.purpose != Purpose.SESSION) {
            throw new PmuException(
                    ErrorCode.NOT_AUTHORIZED,
                    "heartbeats and watches belong on a session; this is a " + connection.purpose + " connection");
        }
        return connection;
    }

    private static Instance instance(ManagedConnection connection) throws PmuException {
        if (connection.instance == null) {
            throw new PmuException(
                    ErrorCode.NOT_AUTHORIZED, "a tool's connection may look and create, not change what is there");
        }
        return connection.instance;
    }
}
