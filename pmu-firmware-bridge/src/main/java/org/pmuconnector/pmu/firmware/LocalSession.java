package org.pmuconnector.pmu.firmware;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.PersistentMemory;
import org.pmuconnector.pmu.protection.KeyBinding;
import org.pmuconnector.pmu.protection.ProtectionTable;
import org.pmuconnector.pmu.translation.Mapping;
import org.pmuconnector.pmu.translation.TranslationTable;
import org.pmuconnector.pmu.translation.VirtualAddress;

/**
 * The session of a manager in this process, and what a session from another process is carried out by.
 *
 * <p>An operation costs what it changes and not what there is: keys are counted per slot, and the ranges of memory that
 * are mapped are kept sorted.
 */
final class LocalSession implements BridgeSession {

    private static final System.Logger LOG = System.getLogger(LocalSession.class.getName());

    private final FirmwareBridge bridge;
    private volatile Superblock superblock;
    private final PersistentMemory memory;
    private final String where;
    private final TranslationTable translation;
    private final ProtectionTable protection;
    private final DeviceFences fences;
    private final PagePair[] slots;

    /** Of which slots both copies are known to have been right once. */
    private final BitSet mended = new BitSet();

    private final MappedRanges ranges;
    private final MemoryMover mover;

    /** The live keys, with the slot that each is in. */
    private final Map<Integer, Integer> slotOfKey = new HashMap<>();

    /** How many live keys each slot has. */
    private final int[] keysInSlot;

    private boolean open = true;

    LocalSession(
            FirmwareBridge bridge,
            Superblock superblock,
            PersistentMemory memory,
            String where,
            TranslationTable translation,
            ProtectionTable protection,
            DeviceFences fences) {
        this.bridge = bridge;
        this.superblock = superblock;
        this.memory = memory;
        this.where = where;
        this.translation = translation;
        this.protection = protection;
        this.fences = fences;
        this.slots = new PagePair[translation.slotCount()];
        this.keysInSlot = new int[translation.slotCount()];
        this.mover = new MemoryMover(memory);
        this.ranges = new MappedRanges(superblock.dataOffset(), superblock.sizeBytes());
    }

    @Override
    public Superblock superblock() {
        return superblock;
    }

    @Override
    public PersistenceLevel highestLevel() {
        return memory.highestLevel();
    }

    @Override
    public String memoryDescription() {
        return memory.description();
    }

    @Override
    public synchronized List<byte[]> readCatalogEntries(int firstSlot, int count) throws PmuException {
        requireOpen();
        require(count > 0 && count <= MAX_ENTRIES_AT_ONCE, count + " catalog entries at once");
        requireSlot(firstSlot);
        requireSlot(firstSlot + count - 1);
        List<byte[]> entries = new ArrayList<>(count);
        for (int slot = firstSlot; slot < firstSlot + count; slot++) {
            entries.add(CatalogSlots.read(pages(slot), slot, where));
            if (!mended.get(slot)) {
                mend(slot);
            }
        }
        return entries;
    }

    /** What a loss of power or damage has left of a pair is made whole before anything is built upon it. */
    private void mend(int slot) throws PmuException {
        try {
            boolean damaged = pages(slot).hasDamage();
            if (pages(slot).mend()) {
                String was = damaged ? "did not pass its check" : "was older";
                LOG.log(damaged ? WARNING : INFO, "{0}: mended a copy of slot {1} that {2}", where, slot, was);
            }
        } catch (IOException e) {
            throw notPersisted(slot, e);
        }
        mended.set(slot);
    }

    private PmuException notPersisted(int slot, IOException e) {
        return new PmuException(
                ErrorCode.UNIT_IO,
                where + ": catalog slot " + slot + " could not be persisted: " + FileFault.reason(e),
                e);
    }

    @Override
    public synchronized void writeCatalogEntry(int slot, byte[] entry) throws PmuException {
        requireOpen();
        requireSlot(slot);
        require(entry.length <= CatalogSlots.MAX_ENTRY_BYTES, "a catalog entry of " + entry.length + " bytes");
        try {
            pages(slot).write(entry);
        } catch (IOException e) {
            throw notPersisted(slot, e);
        }
    }

    private PagePair pages(int slot) {
        if (slots[slot] == null) {
            slots[slot] = CatalogSlots.pages(memory, slot);
        }
        return slots[slot];
    }

    /** Not under this session's lock: the bridge's comes first. */
    @Override
    public void rotateKey(PublicKey next) throws PmuException {
        superblock = bridge.rotateKey(this, next);
    }

    @Override
    public synchronized List<Integer> apply(TableBatch batch) throws PmuException {
        requireOpen();
        validate(batch);
        // First of all: a device that does not confirm it leaves everything as it was.
        fences.fence(protection, batch.revoked());
        protection.revoke(batch.revoked());
        for (int key : batch.revoked()) {
            Integer slot = slotOfKey.remove(key);
            if (slot != null) {
                keysInSlot[slot]--;
            }
        }
        for (int slot : batch.unmapped()) {
            Mapping mapping = translation.mapping(slot);
            // A slot may be named twice.
            if (mapping != null) {
                ranges.remove(mapping);
                translation.unmap(slot);
            }
        }
        for (TableBatch.Placement placement : batch.mapped()) {
            ranges.add(placement.mapping());
            translation.map(placement.slot(), placement.mapping());
        }
        List<Integer> keys = new ArrayList<>(batch.bound().size());
        for (KeyBinding binding : batch.bound()) {
            int slot = VirtualAddress.slot(binding.baseAddress());
            int key = protection.bind(binding);
            slotOfKey.put(key, slot);
            keysInSlot[slot]++;
            keys.add(key);
        }
        return keys;
    }

    @Override
    public synchronized void wipe(long offset, long lengthBytes) throws PmuException {
        requireOpen();
        require(lengthBytes <= MAX_MOVED_BYTES, "wiping " + lengthBytes + " bytes at once");
        require(ranges.isFree(offset, lengthBytes), "wiping what is mapped or no data, at " + offset);
        move(() -> mover.wipe(offset, lengthBytes));
    }

    @Override
    public synchronized void copy(long fromOffset, long toOffset, long lengthBytes) throws PmuException {
        requireOpen();
        require(lengthBytes <= MAX_MOVED_BYTES, "copying " + lengthBytes + " bytes at once");
        require(ranges.isData(fromOffset, lengthBytes), "copying what is no data, at " + fromOffset);
        require(ranges.isFree(toOffset, lengthBytes), "copying to what is mapped or no data, at " + toOffset);
        move(() -> mover.copy(fromOffset, toOffset, lengthBytes));
    }

    /** Something that may fail as the memory may. */
    @FunctionalInterface
    private interface Move {
        void run() throws IOException;
    }

    private void move(Move move) throws PmuException {
        try {
            move.run();
        } catch (IOException e) {
            throw new PmuException(
                    ErrorCode.UNIT_IO, where + ": a range could not be persisted: " + FileFault.reason(e), e);
        }
    }

    /** How many keys are bound. */
    synchronized int boundKeys() {
        return slotOfKey.size();
    }

    private void validate(TableBatch batch) throws PmuException {
        Map<Integer, Integer> revokedInSlot = new HashMap<>();
        Set<Integer> revoked = new HashSet<>();
        for (int key : batch.revoked()) {
            Integer slot = slotOfKey.get(key);
            if (slot != null && revoked.add(key)) {
                revokedInSlot.merge(slot, 1, Integer::sum);
            }
        }
        if (batch.bound().size() > protection.freeCount() + revoked.size()) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    where + ": all keys are bound (" + protection.boundCount() + "); close connections");
        }
        Set<Integer> unmapped = new HashSet<>(batch.unmapped());
        for (int slot : unmapped) {
            requireSlot(slot);
            require(translation.mapping(slot) != null, "slot " + slot + " is not mapped");
            require(keysInSlot[slot] == revokedInSlot.getOrDefault(slot, 0), "slot " + slot + " has keys");
        }
        Map<Integer, Mapping> mapped = validateMapped(batch, unmapped);
        for (KeyBinding binding : batch.bound()) {
            int slot = VirtualAddress.slot(binding.baseAddress());
            requireSlot(slot);
            Mapping mapping = mapped.get(slot);
            if (mapping == null && !unmapped.contains(slot)) {
                mapping = translation.mapping(slot);
            }
            long offset = VirtualAddress.offset(binding.baseAddress());
            require(
                    mapping != null && binding.lengthBytes() <= mapping.lengthBytes() - offset,
                    "a key for what is not mapped in slot " + slot);
        }
    }

    private Map<Integer, Mapping> validateMapped(TableBatch batch, Set<Integer> unmapped) throws PmuException {
        Map<Integer, Mapping> mapped = new HashMap<>();
        for (TableBatch.Placement placement : batch.mapped()) {
            int slot = placement.slot();
            requireSlot(slot);
            boolean free = translation.mapping(slot) == null || unmapped.contains(slot);
            require(free && mapped.put(slot, placement.mapping()) == null, "slot " + slot + " is mapped already");
        }
        List<Mapping> removed = unmapped.stream().map(translation::mapping).toList();
        String contradiction = ranges.contradiction(removed, batch.mapped());
        require(contradiction == null, contradiction);
        return mapped;
    }

    private void requireSlot(int slot) throws PmuException {
        require(slot >= 0 && slot < translation.slotCount(), "there is no slot " + slot);
    }

    private void require(boolean condition, String otherwise) throws PmuException {
        if (!condition) {
            throw new PmuException(ErrorCode.INTERNAL, where + ": table operation refused: " + otherwise);
        }
    }

    synchronized void requireOpen() throws PmuException {
        if (!open) {
            throw new PmuException(
                    ErrorCode.MANAGER_NOT_AUTHENTICATED, where + ": the manager's session with the unit has ended");
        }
    }

    /**
     * Ends it, as {@link #close} does.
     *
     * @throws PmuException {@code FENCE_UNCONFIRMED} if a device may still access the memory; the session has not ended
     */
    synchronized void end() throws PmuException {
        if (open) {
            fences.fence(protection, slotOfKey.keySet());
            clear();
        }
    }

    @Override
    public synchronized void close() {
        try {
            end();
        } catch (PmuException e) {
            LOG.log(ERROR, "{0}: ending without a device's confirmation: {1}", where, e.getMessage());
            clear();
        }
    }

    private void clear() {
        open = false;
        protection.revoke(List.copyOf(slotOfKey.keySet()));
        slotOfKey.clear();
        for (int slot = 0; slot < translation.slotCount(); slot++) {
            translation.unmap(slot);
        }
        ranges.clear();
    }
}
