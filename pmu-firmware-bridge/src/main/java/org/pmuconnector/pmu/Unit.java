package org.pmuconnector.pmu;

import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import org.pmuconnector.model.PmuException;
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
import org.pmuconnector.pmu.memory.PersistentMemory;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.RemoteMemory;

/**
 * A running unit: memory, bridge, manager and control service. It has no thread and no socket; network interfaces are put
 * in front of it, and somebody calls {@link #tick}. Safe for use by many threads.
 */
public final class Unit implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Unit.class.getName());

    /** Null for a unit that is in no file. */
    private final UnitFile file;

    private final FirmwareBridge bridge;
    private final PersistentMemoryManager manager;
    private final UnitControlService control;

    private Unit(UnitFile file, PersistentMemory memory, String where, ManagerKey key, UnitOptions options)
            throws PmuException {
        this.file = file;
        this.bridge =
                FirmwareBridge.start(memory, where, options.settings().limits().keys(), options.random());
        ManagerProof challenge = bridge.challenge();
        BridgeSession session = bridge.authenticate(challenge, key.sign(challenge.message()));
        this.manager = new PersistentMemoryManager(session, options.clock(), options.random(), options.settings());
        this.control = new UnitControlService(manager, bridge);
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
     * Starts the unit that is in a file, for this process alone.
     *
     * @throws PmuException {@code UNIT_NOT_FORMATTED}, {@code UNIT_IN_USE}, {@code UNIT_DAMAGED},
     *     {@code UNIT_FORMAT_UNSUPPORTED}, {@code MANAGER_NOT_AUTHENTICATED} for a wrong or missing key, {@code UNIT_IO}
     */
    public static Unit open(Path path, UnitOptions options) throws PmuException {
        UnitFile file = UnitFile.open(path);
        try {
            return new Unit(file, file.memory(), "unit " + path, ManagerKey.load(ManagerKey.fileOf(path)), options);
        } catch (PmuException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /**
     * Starts the unit that is in a memory, for simulations: nothing but the memory outlives it.
     *
     * @throws PmuException as {@link #open}
     */
    public static Unit start(PersistentMemory memory, ManagerKey key, UnitOptions options) throws PmuException {
        return new Unit(null, memory, "unit in " + memory.description(), key, options);
    }

    /** How much was accessed since the start. */
    public AccessCounters accessCounters() {
        return bridge.counters();
    }

    /** What the manager has to do. */
    public ManagerStatistics managerStatistics() {
        return manager.statistics();
    }

    /** What the unit says of itself. */
    public Superblock superblock() {
        return bridge.superblock();
    }

    /** What network interfaces move bytes to and from. */
    public RemoteMemory memory() {
        return bridge;
    }

    /** To whom network interfaces hand control messages. */
    public ControlService control() {
        return control;
    }

    /** Lets time do what it does: leases expire. To be called a few times in every lease. */
    public void tick() {
        manager.tick();
    }

    /**
     * Disconnects everyone at one moment, so that nobody takes the others' leaving for a chance, and lets nobody in. To be
     * called before the network interfaces are closed; the memory stays until {@link #close}.
     */
    public void stop() {
        manager.stop();
    }

    /** Disconnects everyone, ends all keys, and gives the memory up. Closing twice does nothing. */
    @Override
    public void close() {
        manager.stop();
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
