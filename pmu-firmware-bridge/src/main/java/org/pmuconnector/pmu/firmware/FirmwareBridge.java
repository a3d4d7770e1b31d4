package org.pmuconnector.pmu.firmware;

import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.PersistentMemory;
import org.pmuconnector.pmu.nic.DeviceFence;
import org.pmuconnector.pmu.nic.DeviceMemory;
import org.pmuconnector.pmu.nic.DeviceRange;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.nic.ProtectionFaultException.Fault;
import org.pmuconnector.pmu.nic.RemoteMemory;
import org.pmuconnector.pmu.protection.KeyBinding;
import org.pmuconnector.pmu.protection.ProtectionEntry;
import org.pmuconnector.pmu.protection.ProtectionTable;
import org.pmuconnector.pmu.protection.Right;
import org.pmuconnector.pmu.protection.Verdict;
import org.pmuconnector.pmu.translation.Mapping;
import org.pmuconnector.pmu.translation.TranslationTable;
import org.pmuconnector.pmu.translation.VirtualAddress;

/**
 * The one place where memory and tables meet. Connections access the memory through it, under the tables; the manager
 * programs the tables through it, after having proved itself. Safe for use by many threads; an access takes no lock and
 * allocates nothing unless it is refused.
 */
public final class FirmwareBridge implements RemoteMemory, DeviceMemory, AutoCloseable {

    private static final System.Logger LOG = System.getLogger(FirmwareBridge.class.getName());

    private static final String IN_PROCESS = "in the unit's process";

    private final PersistentMemory memory;
    private final String where;
    private final PagePair superblockPages;
    private volatile Superblock superblock;
    private final RandomGenerator random;
    private final TranslationTable translation;
    private final ProtectionTable protection;
    private final AccessCounters counters = new AccessCounters();
    private final DeviceFences fences = new DeviceFences();

    private LocalSession session;

    private FirmwareBridge(
            PersistentMemory memory,
            String where,
            PagePair superblockPages,
            Superblock superblock,
            int keyCapacity,
            RandomGenerator random) {
        this.memory = memory;
        this.where = where;
        this.superblockPages = superblockPages;
        this.superblock = superblock;
        this.random = random;
        this.translation = new TranslationTable(superblock.slotCount());
        this.protection = new ProtectionTable(keyCapacity, random);
    }

    /**
     * Stands in front of the unit that is in a memory, with empty tables. Nothing is changed until the manager has proved
     * itself.
     *
     * @param where names the unit in messages
     * @param keyCapacity how many keys can be bound at once
     * @param random draws keys and challenges; outside of tests a cryptographically strong one
     * @throws PmuException {@code UNIT_NOT_FORMATTED}, {@code UNIT_DAMAGED} or {@code UNIT_FORMAT_UNSUPPORTED}
     */
    public static FirmwareBridge start(PersistentMemory memory, String where, int keyCapacity, RandomGenerator random)
            throws PmuException {
        PagePair pages = Superblock.pages(memory);
        Superblock superblock = Superblock.find(pages, where);
        if (superblock.sizeBytes() > memory.sizeBytes()) {
            throw new PmuException(
                    ErrorCode.UNIT_DAMAGED,
                    where + " has " + memory.sizeBytes() + " of " + superblock.sizeBytes() + " bytes");
        }
        return new FirmwareBridge(memory, where, pages, superblock, keyCapacity, random);
    }

    /** What the unit says of itself; the boot number is that of the manager's session. */
    public Superblock superblock() {
        return superblock;
    }

    /** What the memory can promise. */
    public PersistenceLevel highestLevel() {
        return memory.highestLevel();
    }

    @Override
    public boolean isWrittenDirectly() {
        return memory.isWrittenDirectly();
    }

    @Override
    public String memoryDescription() {
        return memory.description();
    }

    /** How much was accessed since the start. */
    public AccessCounters counters() {
        return counters;
    }

    /** Asks a manager in this process to prove itself; each challenge is good for one answer. */
    public ManagerProof challenge() {
        return challenge(IN_PROCESS);
    }

    /**
     * Asks a manager to prove itself; each challenge is good for one answer.
     *
     * @param reachedAt this unit's address as the manager knows it
     */
    public synchronized ManagerProof challenge(String reachedAt) {
        return new ManagerProof(superblock.unitId(), superblock.bootNumber(), reachedAt, random);
    }

    /**
     * Lets the manager in. This raises the boot number: connections, keys and grants of before are not those of now. A
     * session that was open before ends.
     *
     * @param signature of the challenge's message
     * @throws PmuException {@code MANAGER_NOT_AUTHENTICATED} if it is not the unit's manager's, or the challenge has been
     *     answered before; {@code UNIT_IO} if the boot number could not be persisted; {@code FENCE_UNCONFIRMED} if a
     *     device still lets connections of the session before access the memory
     */
    public synchronized BridgeSession authenticate(ManagerProof challenge, byte[] signature) throws PmuException {
        if (!challenge.accept(superblock.managerKey(), signature)) {
            throw new PmuException(
                    ErrorCode.MANAGER_NOT_AUTHENTICATED,
                    where + ": the manager's proof is not by the key that the unit was formatted with or that was made "
                            + "its manager's since");
        }
        Superblock next = superblock.nextBoot();
        try {
            if (session == null) {
                // What a former process left may be in the page cache alone, and must not be built upon before it is
                // durable.
                memory.persist(0, superblock.dataOffset());
            }
            superblockPages.writeBoth(next.encode());
        } catch (IOException e) {
            throw new PmuException(
                    ErrorCode.UNIT_IO, where + ": the boot number could not be persisted: " + FileFault.reason(e), e);
        }
        if (session != null) {
            session.end();
        }
        superblock = next;
        session = new LocalSession(this, next, memory, where, translation, protection, fences);
        return session;
    }

    /** Makes another key the manager's, at the wish of the session that there is now. */
    synchronized Superblock rotateKey(LocalSession by, PublicKey next) throws PmuException {
        by.requireOpen();
        Superblock rotated = superblock.withManagerKey(next);
        try {
            superblockPages.write(rotated.encode());
        } catch (IOException e) {
            throw new PmuException(
                    ErrorCode.UNIT_IO, where + ": the key could not be persisted: " + FileFault.reason(e), e);
        } catch (IllegalArgumentException e) {
            throw new PmuException(ErrorCode.BAD_CONFIGURATION, where + ": the manager's key is " + e.getMessage(), e);
        }
        superblock = rotated;
        try {
            superblockPages.persistBoth();
        } catch (IOException e) {
            // The key is another one all the same: what was relied on is persistent.
            LOG.log(WARNING, "{0}: one copy of the superblock is not persistent: {1}", where, FileFault.reason(e));
        }
        return rotated;
    }

    @Override
    public void place(long protectionDomain, int key, long address, ByteBuffer source) throws ProtectionFaultException {
        int length = source.remaining();
        ProtectionEntry entry = admit(protectionDomain, key, address, length, Right.WRITE);
        try {
            Mapping mapping = mapping(key, address, length);
            long offset = VirtualAddress.offset(address);
            int left = length;
            while (left > 0) {
                int extent = mapping.extentIndex(offset);
                int part = (int) Math.min(left, mapping.contiguousBytes(extent, offset));
                memory.write(mapping.physicalOffset(extent, offset), source, part);
                offset += part;
                left -= part;
            }
            counters.wrote(length);
        } finally {
            entry.exit();
        }
    }

    @Override
    public void fetch(long protectionDomain, int key, long address, ByteBuffer sink) throws ProtectionFaultException {
        int length = sink.remaining();
        ProtectionEntry entry = admit(protectionDomain, key, address, length, Right.READ);
        try {
            Mapping mapping = mapping(key, address, length);
            long offset = VirtualAddress.offset(address);
            int left = length;
            while (left > 0) {
                int extent = mapping.extentIndex(offset);
                int part = (int) Math.min(left, mapping.contiguousBytes(extent, offset));
                memory.read(mapping.physicalOffset(extent, offset), sink, part);
                offset += part;
                left -= part;
            }
            counters.read(length);
        } finally {
            entry.exit();
        }
    }

    @Override
    public void checkFetch(long protectionDomain, int key, long address, long lengthBytes)
            throws ProtectionFaultException {
        admit(protectionDomain, key, address, lengthBytes, Right.READ).exit();
    }

    /**
     * Makes exactly a range persistent, under the same checks as a read of it. A revocation does not wait for this: it
     * changes no byte.
     *
     * @throws ProtectionFaultException if the tables refuse it
     * @throws PmuException {@code LEVEL_NOT_OFFERED} if the memory cannot, {@code UNIT_IO} if it failed to
     */
    public void persist(long protectionDomain, int key, long address, long lengthBytes)
            throws ProtectionFaultException, PmuException {
        ProtectionEntry entry = admit(protectionDomain, key, address, lengthBytes, Right.READ);
        Mapping mapping;
        try {
            mapping = mapping(key, address, lengthBytes);
        } finally {
            entry.exit();
        }
        if (!memory.highestLevel().satisfies(PersistenceLevel.PERSISTENT)) {
            throw new PmuException(
                    ErrorCode.LEVEL_NOT_OFFERED,
                    where + " is " + memory.description() + " and offers " + memory.highestLevel() + " at most");
        }
        long startNanos = System.nanoTime();
        long offset = VirtualAddress.offset(address);
        long left = lengthBytes;
        try {
            while (left > 0) {
                int extent = mapping.extentIndex(offset);
                long part = Math.min(left, mapping.contiguousBytes(extent, offset));
                memory.persist(mapping.physicalOffset(extent, offset), part);
                offset += part;
                left -= part;
            }
        } catch (IOException e) {
            throw new PmuException(
                    ErrorCode.UNIT_IO, where + ": a range could not be persisted: " + FileFault.reason(e), e);
        }
        counters.persisted(lengthBytes, System.nanoTime() - startNanos);
    }

    @Override
    public List<DeviceRange> ranges(long protectionDomain, int key) throws ProtectionFaultException, PmuException {
        ProtectionEntry entry = protection.lookup(key);
        if (entry == null) {
            throw refused(Fault.INVALID_KEY, key, 0, 0);
        }
        KeyBinding binding = entry.binding();
        if (binding.protectionDomain() != protectionDomain) {
            throw refused(Fault.NOT_ASSOCIATED_WITH_STREAM, key, binding.baseAddress(), binding.lengthBytes());
        }
        Mapping mapping = mapping(key, binding.baseAddress(), binding.lengthBytes());
        boolean writable = binding.rights().contains(Right.WRITE);
        List<DeviceRange> ranges = new ArrayList<>(mapping.extentCount());
        long address = binding.baseAddress();
        long end = address + binding.lengthBytes();
        while (address < end) {
            long offset = VirtualAddress.offset(address);
            int extent = mapping.extentIndex(offset);
            long part = Math.min(end - address, mapping.contiguousBytes(extent, offset));
            List<ByteBuffer> buffers = memory.expose(mapping.physicalOffset(extent, offset), part, writable);
            if (buffers.isEmpty()) {
                throw new PmuException(
                        ErrorCode.BAD_CONFIGURATION, where + " is " + memory.description() + ", which has no address");
            }
            for (ByteBuffer buffer : buffers) {
                ranges.add(new DeviceRange(address, buffer, writable));
                address += buffer.remaining();
            }
        }
        return ranges;
    }

    @Override
    public void attach(DeviceFence fence) {
        fences.add(fence);
    }

    @Override
    public void detach(DeviceFence fence) {
        fences.remove(fence);
    }

    /** The key's entry, entered. Whoever gets it leaves it. */
    private ProtectionEntry admit(long domain, int key, long address, long lengthBytes, Right right)
            throws ProtectionFaultException {
        ProtectionEntry entry = protection.lookup(key);
        if (entry == null) {
            throw refused(Fault.INVALID_KEY, key, address, lengthBytes);
        }
        Verdict verdict = entry.check(domain, address, lengthBytes, right);
        if (verdict != Verdict.GRANTED) {
            throw refused(fault(verdict), key, address, lengthBytes);
        }
        if (!entry.enter()) {
            throw refused(Fault.INVALID_KEY, key, address, lengthBytes);
        }
        return entry;
    }

    private Mapping mapping(int key, long address, long lengthBytes) throws ProtectionFaultException {
        Mapping mapping = translation.lookup(address);
        if (mapping == null || lengthBytes > mapping.lengthBytes() - VirtualAddress.offset(address)) {
            throw refused(Fault.UNMAPPED, key, address, lengthBytes);
        }
        return mapping;
    }

    private ProtectionFaultException refused(Fault fault, int key, long address, long lengthBytes) {
        counters.refused(fault);
        return new ProtectionFaultException(fault, key, address, lengthBytes);
    }

    private static Fault fault(Verdict verdict) {
        return switch (verdict) {
            case OTHER_DOMAIN -> Fault.NOT_ASSOCIATED_WITH_STREAM;
            case NO_RIGHT -> Fault.ACCESS_RIGHTS;
            case WRAP -> Fault.ADDRESS_WRAP;
            case OUT_OF_BOUNDS -> Fault.BASE_OR_BOUNDS;
            case GRANTED -> throw new IllegalArgumentException("no fault");
        };
    }

    /** Ends all keys and the manager's session; no access can be in progress any more when this returns. */
    @Override
    public synchronized void close() {
        if (session != null) {
            session.close();
        }
    }
}
