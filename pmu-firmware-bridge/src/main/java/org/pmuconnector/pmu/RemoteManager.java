package org.pmuconnector.pmu;

import static java.lang.System.Logger.Level.WARNING;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.bridge.BridgeOptions;
import org.pmuconnector.pmu.bridge.RemoteSession;
import org.pmuconnector.pmu.control.UnitControlService;
import org.pmuconnector.pmu.manager.ManagerKey;
import org.pmuconnector.pmu.manager.PersistentMemoryManager;
import org.pmuconnector.pmu.users.UsersFile;
import org.pmuconnector.pmu.users.WatchedUsers;

/**
 * The manager of a unit in another process: proves itself, then does what a manager in the unit's process does. It ends
 * when the unit is gone, or another manager has taken its place. Safe for use by many threads.
 */
public final class RemoteManager implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(RemoteManager.class.getName());
    private static final long PING_NANOS = TimeUnit.MILLISECONDS.toNanos(BridgeOptions.PING_MILLIS);

    private final RemoteSession session;
    private final PersistentMemoryManager manager;
    private final WatchedUsers users;
    private final UnitTicker ticker;

    /** When the unit is to hear of this manager next; the ticker's alone. */
    private long nextPingNanos = System.nanoTime();

    private RemoteManager(RemoteSession session, PersistentMemoryManager manager, WatchedUsers users, String name) {
        this.session = session;
        this.manager = manager;
        this.users = users;
        session.serve(new UnitControlService(manager));
        this.ticker = new UnitTicker(this::tick, name);
    }

    /**
     * Proves to be a unit's manager and becomes it; one that there was before ends.
     *
     * @param unit where it listens for managers
     * @param keyFile has the manager's private key
     * @throws PmuException {@code UNIT_UNREACHABLE}, {@code MANAGER_NOT_AUTHENTICATED}, {@code VERSION_UNSUPPORTED},
     *     {@code UNIT_DAMAGED}, {@code UNIT_FORMAT_UNSUPPORTED}, {@code UNIT_IO}
     */
    public static RemoteManager start(InetSocketAddress unit, Path keyFile, UnitOptions options) throws PmuException {
        RemoteSession session = open(unit, keyFile);
        try {
            ManagerKey key = ManagerKey.of(keyFile, session.superblock().managerKey());
            WatchedUsers users = new WatchedUsers(UsersFile.besideKey(keyFile), options.clock());
            PersistentMemoryManager manager = new PersistentMemoryManager(
                    session,
                    options.clock(),
                    options.random(),
                    options.settings(),
                    options.anonymous(),
                    Unit.secret(key));
            manager.setUsers(users.users());
            return new RemoteManager(session, manager, users, "manager of " + unit);
        } catch (PmuException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /**
     * Proves to be a unit's manager and gives it another key; a manager that there was ends.
     *
     * @throws PmuException as {@link #start}
     */
    public static void rotateKey(InetSocketAddress unit, Path keyFile) throws PmuException {
        try (RemoteSession session = open(unit, keyFile)) {
            ManagerKey.rotate(keyFile, session);
        }
    }

    private static RemoteSession open(InetSocketAddress unit, Path keyFile) throws PmuException {
        return RemoteSession.open(
                unit,
                (managerKey, message) -> ManagerKey.of(keyFile, managerKey).sign(message),
                BridgeOptions.DEFAULT);
    }

    private void tick() {
        if (users.refresh()) {
            manager.setUsers(users.users());
        }
        manager.tick();
        long now = System.nanoTime();
        if (now - nextPingNanos >= 0) {
            nextPingNanos = now + PING_NANOS;
            try {
                session.ping();
            } catch (PmuException e) {
                LOG.log(WARNING, e.getMessage());
            }
        }
    }

    /** The boot number of the unit that this manager's session began. */
    public long bootNumber() {
        return session.superblock().bootNumber();
    }

    /** Returns when the session with the unit has ended, with the reason. */
    public String awaitEnd() throws InterruptedException {
        return session.awaitEnd();
    }

    /** Disconnects everyone and ends the session. */
    @Override
    public void close() {
        manager.stop();
        ticker.close();
        session.close();
    }
}
