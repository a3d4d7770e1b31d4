package org.pmuconnector.pmu.manager;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.users.UserDirectory;

/**
 * The manager (PMM): creates and opens regions, binds keys to connections, grants epochs, and notices who is gone. This
 * class puts its parts together and lets time pass; requests go to {@link #connections}, {@link #regions},
 * {@link #primaries} and {@link #subscriptions}. Safe for use by many threads, which take turns; nothing here waits for a peer.
 */
public final class PersistentMemoryManager {

    /** The version of the control protocol that this release speaks. */
    public static final int PROTOCOL_VERSION = 1;

    private final BridgeSession session;
    private final MonotonicClock clock;
    private final long startedNanos;
    private final Logins logins;
    private final Regions regions;
    private final KeyRing keys;
    private final Primaries primaries;
    private final Roster roster;
    private final Housekeeping housekeeping = new Housekeeping();

    /** Also the lock. */
    private final Connections connections;

    private final ConnectionRequests connectionRequests;
    private final RegionRequests regionRequests;
    private final PrimaryRequests primaryRequests;
    private final SubscriptionRequests subscriptionRequests;

    /**
     * The manager of a unit that is just starting.
     *
     * @param random draws the salts of epochs, the nonces of log-ins and the tokens of subscriptions; outside of tests a cryptographically strong one
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
        this.session = session;
        this.clock = clock;
        this.startedNanos = clock.nanoTime();
        this.logins = new Logins(clock, random, secret, anonymous);
        this.regions = Regions.load(session, clock, settings, housekeeping);
        this.keys = new KeyRing(session, settings.limits().keysPerConnection(), this::drop);
        Removals removals = new Removals(session, regions, keys, housekeeping);
        Growth growth = new Growth(session, regions, keys, housekeeping);
        Imports imports = new Imports(regions, keys, removals, settings.limits());
        this.primaries =
                new Primaries(regions, keys, clock, random, settings.limits().epochsPerRegion());
        this.roster = new Roster(
                clock,
                settings,
                session.superblock().bootNumber(),
                primaries::departed,
                primaries::returned,
                this::drop);
        this.connections = new Connections(roster, keys, regions, imports);
        this.connectionRequests = new ConnectionRequests(connections, session, settings, logins, roster, keys);
        this.regionRequests =
                new RegionRequests(connections, session, settings, logins, regions, removals, growth, imports);
        this.primaryRequests = new PrimaryRequests(connections, regions, keys, primaries, settings);
        this.subscriptionRequests = new SubscriptionRequests(connections, regions, random, settings.limits());
    }

    /** How the key ring and the roster, which are there before the connections are, end one. */
    private void drop(ManagedConnection connection, String reason) {
        connections.drop(connection, reason);
    }

    /** For tests: whose monitor is the manager's lock. */
    Connections lock() {
        return connections;
    }

    /** To whom connections are announced, and who answers what they ask about connections. */
    public ConnectionRequests connections() {
        return connectionRequests;
    }

    /** Who answers what connections ask about regions as a whole. */
    public RegionRequests regions() {
        return regionRequests;
    }

    /** Who answers what connections ask about using a region. */
    public PrimaryRequests primaries() {
        return primaryRequests;
    }

    /** Who answers what connections ask about subscriptions. */
    public SubscriptionRequests subscriptions() {
        return subscriptionRequests;
    }

    /** Replaces the users. Connections of those that are gone, or whose password is another, end. */
    public void setUsers(UserDirectory users) {
        synchronized (connections) {
            UserDirectory former = logins.users();
            logins.setUsers(users);
            for (ManagedConnection connection : connections.all()) {
                String reason = logins.renew(connection, former);
                if (reason != null) {
                    connections.drop(connection, reason);
                }
            }
            List.copyOf(regions.all()).forEach(connections::review);
        }
    }

    /** The unit as it is now, for a connection that has said hello. */
    public UnitStatus unit(long connectionId) throws PmuException {
        synchronized (connections) {
            connections.requireGreeted(connectionId);
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
    }

    /** What is to be watched over time; nobody's request. */
    public ManagerStatistics statistics() {
        synchronized (connections) {
            return new ManagerStatistics(
                    regions.roleCounts(),
                    regions.freeBytes(),
                    roster.connectionCounts(),
                    roster.connectionsEver(),
                    keys.boundCount(),
                    primaries.epochsGranted(),
                    primaries.fenceNanos(),
                    roster.leasesExpired());
        }
    }

    /** Lets time do what it does. Called a few times in every lease. */
    public void tick() {
        synchronized (connections) {
            roster.tick();
            primaries.tick();
            if (!connections.isStopped()) {
                housekeeping.tick();
            }
        }
    }

    /** Disconnects everyone; what was granted stays granted in the catalog. */
    public void stop() {
        synchronized (connections) {
            connections.stop();
        }
    }
}
