package org.pmuconnector.pmu.manager;

import static java.lang.System.Logger.Level.INFO;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;

/**
 * Who is there: connections, the instances that they belong to, and when an instance counts as gone. One thread at a
 * time, under the manager's lock.
 */
final class Roster {

    private static final System.Logger LOG = System.getLogger(Roster.class.getName());

    /** What an instance is told apart by. */
    private record Identity(String name, ByteString tokenHash) {}

    private static final Pattern INSTANCE_NAME = Pattern.compile("[A-Za-z0-9._:@/-]{1,128}");
    private static final int TOKEN_BYTES = 16;

    private final MonotonicClock clock;
    private final ManagerSettings settings;
    private final long firstConnectionId;
    private final BiConsumer<Instance, String> departed;
    private final Consumer<Instance> returned;
    private final BiConsumer<ManagedConnection, String> disconnect;

    /** By number, which is the order in which they were set up. */
    private final NavigableMap<Long, ManagedConnection> connections = new TreeMap<>();

    /** Present instances; no two have the same name. */
    private final Map<String, Instance> presentByName = new HashMap<>();

    /** All instances that are present or have a connection. */
    private final Map<Identity, Instance> instances = new HashMap<>();

    private long connectionsEver;
    private long leasesExpired;

    /**
     * An empty roster.
     *
     * @param bootNumber makes connection numbers those of this start of the unit alone
     * @param departed is told of an instance that is gone, and why
     * @param returned is told of an instance that was gone and has a session again
     * @param disconnect ends a connection, with everything that it had
     */
    Roster(
            MonotonicClock clock,
            ManagerSettings settings,
            long bootNumber,
            BiConsumer<Instance, String> departed,
            Consumer<Instance> returned,
            BiConsumer<ManagedConnection, String> disconnect) {
        this.clock = clock;
        this.settings = settings;
        this.firstConnectionId = bootNumber << Integer.SIZE;
        this.departed = departed;
        this.returned = returned;
        this.disconnect = disconnect;
    }

    ManagedConnection connect(ManagerPeer peer) throws PmuException {
        if (connections.size() >= settings.limits().connections()) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    "the unit has " + connections.size() + " connections, as many as it may; close some");
        }
        ManagedConnection connection =
                new ManagedConnection(firstConnectionId + ++connectionsEver, peer, clock.nanoTime());
        connections.put(connection.id, connection);
        return connection;
    }

    /** How many connections there have been since the unit was started. */
    long connectionsEver() {
        return connectionsEver;
    }

    /** How many instances have been given up since then because their session was silent. */
    long leasesExpired() {
        return leasesExpired;
    }

    /** How many connections are open for each purpose; those that have not said hello are not among them. */
    Map<Purpose, Integer> connectionCounts() {
        Map<Purpose, Integer> counts = new EnumMap<>(Purpose.class);
        for (ManagedConnection connection : connections.values()) {
            if (connection.purpose != null) {
                counts.merge(connection.purpose, 1, Integer::sum);
            }
        }
        return counts;
    }

    int connectionCount() {
        return connections.size();
    }

    /** A connection by its number, null if there is none. */
    ManagedConnection find(long id) {
        return connections.get(id);
    }

    /** At most so many connections, those behind a number, by number. */
    List<ConnectionStatus> list(long afterId, int most, Predicate<ManagedConnection> shown) {
        long now = clock.nanoTime();
        return connections.tailMap(afterId, false).values().stream()
                .filter(shown)
                .limit(most)
                .map(connection -> connection.status(now))
                .toList();
    }

    List<ManagedConnection> connections() {
        return List.copyOf(connections.values());
    }

    /** Makes a connection what it says to be. */
    void greet(ManagedConnection connection, Purpose purpose, String name, byte[] token) throws PmuException {
        if (purpose == Purpose.TOOL) {
            connection.purpose = purpose;
            return;
        }
        if (!INSTANCE_NAME.matcher(name).matches()) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "instance name '" + RegionProperties.shown(name)
                            + "': use 1 to 128 letters, digits and any of . _ : @ / -");
        }
        if (token.length != TOKEN_BYTES) {
            throw new PmuException(
                    ErrorCode.PROTOCOL_VIOLATION, "an instance token of " + token.length + " instead of 16 bytes");
        }
        Identity identity = new Identity(name, hash(token));
        if (purpose == Purpose.SESSION) {
            openSession(connection, identity);
        } else {
            Instance instance = instances.get(identity);
            if (instance == null || instance.session == null) {
                throw new PmuException(
                        ErrorCode.NO_SESSION,
                        "instance " + name + " has no session with the unit; open a session first");
            }
            join(connection, instance);
        }
        connection.purpose = purpose;
    }

    private void openSession(ManagedConnection connection, Identity identity) throws PmuException {
        Instance present = presentByName.get(identity.name);
        if (present != null && !present.tokenHash.equals(identity.tokenHash)) {
            if (present.session != null) {
                throw new PmuException(
                        ErrorCode.INSTANCE_NAME_IN_USE,
                        "instance name " + identity.name + " is in use by " + present.session.peer.name()
                                + "; give each running adapter a name of its own");
            }
            depart(present, "instance " + identity.name + " was started anew (" + connection.describe() + ")");
        }
        Instance instance = instances.computeIfAbsent(identity, it -> new Instance(it.name, it.tokenHash));
        boolean wasPresent = instance.isPresent();
        ManagedConnection replaced = instance.session;
        join(connection, instance);
        if (instance.inGrace) {
            LOG.log(INFO, "instance {0} returned within its grace: {1}", instance.name, connection.describe());
        }
        instance.session = connection;
        instance.inGrace = false;
        instance.heardNanos = clock.nanoTime();
        presentByName.put(instance.name, instance);
        if (replaced != null) {
            disconnect.accept(replaced, "replaced by a newer session of the same instance");
        }
        if (!wasPresent) {
            returned.accept(instance);
        }
    }

    private static void join(ManagedConnection connection, Instance instance) {
        connection.instance = instance;
        instance.connectionCount++;
    }

    /** A session has been heard of. */
    void heard(ManagedConnection connection) {
        if (connection.instance != null && connection.instance.session == connection) {
            connection.instance.heardNanos = clock.nanoTime();
        }
    }

    /** Forgets a connection. If it was a session, its instance is gone, at once or after the grace. */
    void forget(ManagedConnection connection, String evidence) {
        if (connections.remove(connection.id) == null || connection.instance == null) {
            return;
        }
        Instance instance = connection.instance;
        instance.connectionCount--;
        if (instance.session == connection) {
            sessionEnded(
                    instance,
                    "connection ended: session of " + instance.name + " (" + connection.describe() + "): " + evidence);
        }
        forgetIfDone(instance);
    }

    private void sessionEnded(Instance instance, String evidence) {
        instance.session = null;
        long graceMillis = settings.reconnectGraceMillis();
        if (graceMillis == 0) {
            depart(instance, evidence);
            return;
        }
        instance.inGrace = true;
        instance.graceUntilNanos = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(graceMillis);
        instance.evidence = evidence + "; it did not return within " + graceMillis + " ms";
        LOG.log(
                INFO,
                "instance {0} counts as alive for another {1} ms: {2}",
                instance.name,
                String.valueOf(graceMillis),
                evidence);
    }

    private void depart(Instance instance, String evidence) {
        instance.session = null;
        instance.inGrace = false;
        presentByName.remove(instance.name, instance);
        departed.accept(instance, evidence);
        forgetIfDone(instance);
    }

    private void forgetIfDone(Instance instance) {
        if (!instance.isPresent() && instance.connectionCount == 0) {
            instances.remove(new Identity(instance.name, instance.tokenHash));
        }
    }

    /** Lets time do what it does: leases and graces end, and connections that never said hello. */
    void tick() {
        long now = clock.nanoTime();
        long leaseNanos = TimeUnit.MILLISECONDS.toNanos(settings.leaseMillis());
        for (Instance instance : List.copyOf(presentByName.values())) {
            if (instance.session != null && now - instance.heardNanos > leaseNanos) {
                expire(instance, TimeUnit.NANOSECONDS.toMillis(now - instance.heardNanos));
            } else if (instance.inGrace && now - instance.graceUntilNanos >= 0) {
                depart(instance, instance.evidence);
            }
        }
        List<ManagedConnection> silent = new ArrayList<>();
        for (ManagedConnection connection : connections.values()) {
            if (connection.purpose == null && now - connection.connectedNanos > leaseNanos) {
                silent.add(connection);
            }
        }
        silent.forEach(connection -> disconnect.accept(connection, "it did not say hello"));
    }

    private void expire(Instance instance, long silentMillis) {
        leasesExpired++;
        ManagedConnection session = instance.session;
        String evidence = "lease expired: session of " + instance.name + " (" + session.describe() + ") was silent for "
                + silentMillis + " ms, longer than its lease of " + settings.leaseMillis() + " ms";
        depart(instance, evidence);
        disconnect.accept(session, evidence);
    }

    private static ByteString hash(byte[] token) {
        try {
            return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(token));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
