package org.pmuconnector.pmu;

import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.bridge.BridgeListener;
import org.pmuconnector.pmu.bridge.BridgeOptions;
import org.pmuconnector.pmu.control.FlushingControlService;
import org.pmuconnector.pmu.control.UnitControlService;
import org.pmuconnector.pmu.firmware.AccessCounters;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.FirmwareBridge;
import org.pmuconnector.pmu.firmware.ManagerProof;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.firmware.UnitFile;
import org.pmuconnector.pmu.manager.ManagerKey;
import org.pmuconnector.pmu.manager.ManagerStatistics;
import org.pmuconnector.pmu.manager.PersistentMemoryManager;
import org.pmuconnector.pmu.memory.MemoryChoice;
import org.pmuconnector.pmu.memory.MemoryKind;
import org.pmuconnector.pmu.memory.PersistentMemory;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.DeviceMemory;
import org.pmuconnector.pmu.nic.RemoteMemory;
import org.pmuconnector.pmu.users.UsersFile;
import org.pmuconnector.pmu.users.WatchedUsers;

/**
 * A running unit: memory, bridge, manager and control service. It has no thread and no socket, except where it
 * listens for managers; network interfaces are put in front of it, and somebody calls {@link #tick}. Safe for use by many threads.
 */
public final class Unit implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Unit.class.getName());

    /** What the manager's key signs to make the unit's secret: Ed25519 signs the same text the same way each time. */
    private static final String SECRET_OF = "pmu: what unknown users are asked";

    /** Null for a unit that is in no file. */
    private final UnitFile file;

    private final FirmwareBridge bridge;

    /** Null for a unit without a file, which has no users, and for one whose manager is in another process. */
    private final WatchedUsers users;

    /** Null for a unit whose manager is in another process. */
    private final PersistentMemoryManager manager;

    /** Null for a unit whose manager is in this process. */
    private final BridgeListener listener;

    private final ControlService control;

    /** A unit with a manager of its own, or, where there is an address to listen on, without. */
    private Unit(
            UnitFile file,
            FirmwareBridge bridge,
            ManagerKey key,
            WatchedUsers users,
            InetSocketAddress listen,
            UnitOptions options)
            throws PmuException {
        this.file = file;
        this.bridge = bridge;
        this.users = users;
        if (listen == null) {
            ManagerProof challenge = bridge.challenge();
            BridgeSession session = bridge.authenticate(challenge, key.sign(challenge.message()));
            this.manager = new PersistentMemoryManager(
                    session, options.clock(), options.random(), options.settings(), options.anonymous(), secret(key));
            if (users != null) {
                manager.setUsers(users.users());
            }
            this.listener = null;
            this.control = new FlushingControlService(bridge, new UnitControlService(manager));
        } else {
            this.manager = null;
            this.listener = BridgeListener.listen(listen, bridge, BridgeOptions.DEFAULT);
            this.control = new FlushingControlService(bridge, listener);
        }
    }

    private static FirmwareBridge bridge(PersistentMemory memory, String where, UnitOptions options)
            throws PmuException {
        return FirmwareBridge.start(memory, where, options.settings().limits().keys(), options.random());
    }

    /** What makes up what unknown users are asked. */
    static byte[] secret(ManagerKey key) {
        return key.sign(SECRET_OF.getBytes(StandardCharsets.US_ASCII));
    }

    /**
     * Makes a new unit in a file that must not exist yet, and the manager's key beside it.
     *
     * @param sizeBytes 1 MiB to 1 TiB
     * @throws PmuException {@code BAD_CONFIGURATION} for the size, {@code UNIT_EXISTS}, {@code UNIT_IO}
     */
    public static void format(Path path, long sizeBytes) throws PmuException {
        UnitFile.requireAbsent(path, sizeBytes);
        Path keyFile = ManagerKey.fileOf(path);
        PublicKey managerKey = ManagerKey.create(keyFile);
        try {
            UnitFile.format(path, sizeBytes, managerKey);
        } catch (PmuException e) {
            try {
                Files.deleteIfExists(keyFile);
            } catch (IOException failure) {
                e.addSuppressed(failure);
            }
            throw e;
        }
    }

    /**
     * Starts the unit that is in a file, for this process alone, in whatever memory the file's place offers.
     *
     * @throws PmuException as {@link #open(Path, MemoryChoice, UnitOptions)}
     */
    public static Unit open(Path path, UnitOptions options) throws PmuException {
        return open(path, MemoryChoice.of(MemoryKind.AUTO), options);
    }

    /**
     * Starts the unit that is in a file, for this process alone.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if the file's place does not offer that memory, or if its users'
     *     file cannot be understood,
     *     {@code LEVEL_NOT_OFFERED} if the unit has regions that need a better one, {@code UNIT_NOT_FORMATTED},
     *     {@code UNIT_IN_USE}, {@code UNIT_DAMAGED}, {@code UNIT_FORMAT_UNSUPPORTED},
     *     {@code MANAGER_NOT_AUTHENTICATED} for a wrong or missing key, {@code UNIT_IO}
     */
    public static Unit open(Path path, MemoryChoice memory, UnitOptions options) throws PmuException {
        return open(path, memory, null, options);
    }

    /**
     * Starts the unit that is in a file without a manager, in whatever memory the file's place offers.
     *
     * @throws PmuException as {@link #openForManagers(Path, MemoryChoice, InetSocketAddress, UnitOptions)}
     */
    public static Unit openForManagers(Path path, InetSocketAddress listen, UnitOptions options) throws PmuException {
        return open(path, MemoryChoice.of(MemoryKind.AUTO), listen, options);
    }

    /**
     * Starts the unit that is in a file without a manager: one in another process is to connect and to prove itself. Until
     * then network interfaces refuse connections.
     *
     * @param listen where managers connect to, on the loopback interface; port 0 for any free one
     * @throws PmuException as {@link #open(Path, MemoryChoice, UnitOptions)}; {@code BAD_CONFIGURATION} also if the address
     *     cannot be used
     */
    public static Unit openForManagers(Path path, MemoryChoice memory, InetSocketAddress listen, UnitOptions options)
            throws PmuException {
        return open(path, memory, listen, options);
    }

    private static Unit open(Path path, MemoryChoice memory, InetSocketAddress listen, UnitOptions options)
            throws PmuException {
        UnitFile file = UnitFile.open(path, memory);
        try {
            FirmwareBridge bridge = bridge(file.memory(), "unit " + path, options);
            ManagerKey key = listen == null
                    ? ManagerKey.of(ManagerKey.fileOf(path), bridge.superblock().managerKey())
                    : null;
            WatchedUsers users = listen == null ? new WatchedUsers(new UsersFile(path), options.clock()) : null;
            return new Unit(file, bridge, key, users, listen, options);
        } catch (PmuException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Gives the unit that is in a file, and that nobody has open, another manager's key.
     *
     * @throws PmuException as {@link #open(Path, UnitOptions)}
     */
    public static void rotateKey(Path path) throws PmuException {
        try (UnitFile file = UnitFile.open(path)) {
            FirmwareBridge bridge = bridge(file.memory(), "unit " + path, UnitOptions.defaults());
            Path keyFile = ManagerKey.fileOf(path);
            ManagerKey key = ManagerKey.of(keyFile, bridge.superblock().managerKey());
            ManagerProof challenge = bridge.challenge();
            try (BridgeSession session = bridge.authenticate(challenge, key.sign(challenge.message()))) {
                ManagerKey.rotate(keyFile, session);
            }
        }
    }

    /**
     * Starts the unit that is in a memory, for simulations: nothing but the memory outlives it.
     *
     * @throws PmuException as {@link #open}
     */
    public static Unit start(PersistentMemory memory, ManagerKey key, UnitOptions options) throws PmuException {
        return new Unit(null, bridge(memory, "unit in " + memory.description(), options), key, null, null, options);
    }

    /** How much was accessed since the start. */
    public AccessCounters accessCounters() {
        return bridge.counters();
    }

    /** What the manager has to do; nothing where it is in another process. */
    public ManagerStatistics managerStatistics() {
        return manager == null ? ManagerStatistics.NONE : manager.statistics();
    }

    /** What the unit says of itself. */
    public Superblock superblock() {
        return bridge.superblock();
    }

    /** Where managers connect to, null for a unit whose manager is in this process. */
    public InetSocketAddress bridgeAddress() {
        return listener == null ? null : listener.localAddress();
    }

    /** What network interfaces move bytes to and from. */
    public RemoteMemory memory() {
        return bridge;
    }

    /** What network interfaces with tables in hardware give to their devices. */
    public DeviceMemory deviceMemory() {
        return bridge;
    }

    /** To whom network interfaces hand control messages. */
    public ControlService control() {
        return control;
    }

    /** Lets time do what it does: leases expire, changed users count. To be called a few times in every lease. */
    public void tick() {
        if (users != null && users.refresh()) {
            manager.setUsers(users.users());
        }
        if (manager != null) {
            manager.tick();
        }
    }

    /**
     * Disconnects everyone at one moment, so that nobody takes the others' leaving for a chance, and lets nobody in. To be
     * called before the network interfaces are closed; the memory stays until {@link #close}.
     */
    public void stop() {
        if (manager != null) {
            manager.stop();
        }
        if (listener != null) {
            listener.close();
        }
    }

    /** Disconnects everyone, ends all keys, and gives the memory up. Closing twice does nothing. */
    @Override
    public void close() {
        stop();
        bridge.close();
        if (file != null) {
            try {
                file.close();
            } catch (PmuException e) {
                LOG.log(WARNING, e.getMessage());
            }
        }
    }
}
