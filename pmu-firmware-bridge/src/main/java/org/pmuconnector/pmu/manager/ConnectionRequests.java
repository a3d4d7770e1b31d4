package org.pmuconnector.pmu.manager;

import java.util.List;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.Superblock;

/**
 * What the manager does about connections themselves: they come, log in, say who they are, stay alive and go. Safe for use
 * by many threads, which take turns; nothing here waits for a peer.
 *
 * <p>A request of a connection that has ended is refused with {@code CONNECTION_LOST}, one before hello with
 * {@code PROTOCOL_VIOLATION}.
 */
public final class ConnectionRequests {

    private final Connections connections;
    private final BridgeSession session;
    private final ManagerSettings settings;
    private final Logins logins;
    private final Roster roster;
    private final KeyRing keys;

    ConnectionRequests(
            Connections connections,
            BridgeSession session,
            ManagerSettings settings,
            Logins logins,
            Roster roster,
            KeyRing keys) {
        this.connections = connections;
        this.session = session;
        this.settings = settings;
        this.logins = logins;
        this.roster = roster;
        this.keys = keys;
    }

    /**
     * A connection has been set up.
     *
     * @return its number, also its protection domain
     * @throws PmuException {@code LIMIT_REACHED}; {@code UNIT_UNREACHABLE} if the unit is stopping
     */
    public long connected(ManagerPeer peer) throws PmuException {
        synchronized (connections) {
            return connections.connect(peer).id;
        }
    }

    /** A connection is over: its keys are revoked, and nothing under them can land when this returns. */
    public void ended(long connectionId, String evidence) {
        synchronized (connections) {
            ManagedConnection connection = connections.find(connectionId);
            if (connection != null) {
                connections.forget(connection, evidence);
            }
        }
    }

    /**
     * A message of a SCRAM-SHA-256 exchange, before hello. After the second the connection is logged in.
     *
     * @return the answer to it
     * @throws PmuException {@code AUTHENTICATION_FAILED}, {@code LOGIN_THROTTLED}, {@code PROTOCOL_VIOLATION}; the
     *     connection has no further try
     */
    public String authenticate(long connectionId, String message) throws PmuException {
        synchronized (connections) {
            return logins.exchange(connections.require(connectionId), message);
        }
    }

    /**
     * The first request on every connection, but for a log-in.
     *
     * @param instanceName of a session's or data connection's instance
     * @param instanceToken the 16 bytes that the instance drew when it started
     * @throws PmuException {@code VERSION_UNSUPPORTED}, {@code BAD_CONFIGURATION}, {@code INSTANCE_NAME_IN_USE},
     *     {@code AUTHENTICATION_FAILED} if only users are let in, {@code NOT_AUTHORIZED} for a data connection without a
     *     session, {@code PROTOCOL_VIOLATION}
     */
    public Greeting hello(
            long connectionId, int protocolVersion, Purpose purpose, String instanceName, byte[] instanceToken)
            throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.require(connectionId);
            if (connection.purpose != null) {
                throw new PmuException(ErrorCode.PROTOCOL_VIOLATION, "a second hello on one connection");
            }
            if (protocolVersion != PersistentMemoryManager.PROTOCOL_VERSION) {
                throw new PmuException(
                        ErrorCode.VERSION_UNSUPPORTED,
                        "the unit speaks protocol version " + PersistentMemoryManager.PROTOCOL_VERSION + ", not "
                                + Integer.toUnsignedString(protocolVersion) + "; use matching releases");
            }
            Principal principal = connection.principal == null ? logins.anonymous(connection) : connection.principal;
            roster.greet(connection, purpose, instanceName, instanceToken);
            connection.principal = principal;
            Superblock unit = session.superblock();
            return new Greeting(
                    unit.unitId(), unit.bootNumber(), connection.id, settings.leaseMillis(), session.highestLevel());
        }
    }

    /** Renews a session's lease; every other request on a session does so too. Returns the boot number. */
    public long heartbeat(long connectionId) throws PmuException {
        synchronized (connections) {
            connections.requireSession(connectionId);
            return session.superblock().bootNumber();
        }
    }

    /** Notes that a session is alive: called when a request has come and when it has been answered. */
    public void heard(long connectionId) {
        synchronized (connections) {
            ManagedConnection connection = connections.find(connectionId);
            if (connection != null) {
                roster.heard(connection);
            }
        }
    }

    /**
     * Ends another connection of the same instance: nothing that it sent can land when this returns. One that is not
     * there any more is no error.
     *
     * @throws PmuException {@code NOT_AUTHORIZED} for another instance's, {@code PROTOCOL_VIOLATION} for its own
     */
    public void end(long connectionId, long otherId) throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            Instance instance = connection.requireInstance();
            ManagedConnection other = connections.find(otherId);
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
            connections.drop(other, "ended by another connection of its instance");
        }
    }

    /**
     * At most so many connections, those behind a number, by number; from the first one if it is 0. An administrator sees
     * all, others those on their own behalf.
     */
    public List<ConnectionStatus> list(long connectionId, long afterId, int most) throws PmuException {
        synchronized (connections) {
            Principal principal = connections.requireGreeted(connectionId).principal;
            return roster.list(afterId, most, principal::maySee);
        }
    }

    /** At most so many bound keys, those behind an index, by index; from the first one if it is 0. As {@link #list}. */
    public List<KeyStatus> listKeys(long connectionId, int afterIndex, int most) throws PmuException {
        synchronized (connections) {
            Principal principal = connections.requireGreeted(connectionId).principal;
            return keys.list(afterIndex, most, principal::maySee);
        }
    }
}
