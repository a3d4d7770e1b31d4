package org.pmuconnector.pmu.firmware;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
 * What a manager that has proved itself may do: keep the catalog and program the tables. When it ends, so do all keys and
 * mappings that it made. Safe for use by many threads, which take turns.
 */
public final class BridgeSession implements AutoCloseable {

    private final FirmwareBridge bridge;
    private final PersistentMemory memory;
    private final String where;
    private final TranslationTable translation;
    private final ProtectionTable protection;
    private final PagePair[] slots;

    /** Which memory is mapped: each range's offset and end. */
    private final TreeMap<Long, Long> mappedRanges = new TreeMap<>();

    /** The live keys, with the slot that each is in. */
    private final Map<Integer, Integer> slotOfKey = new TreeMap<>();

    private boolean open = true;

    BridgeSession(
            FirmwareBridge bridge,
            PersistentMemory memory,
            String where,
            TranslationTable translation,
            ProtectionTable protection) {
        this.bridge = bridge;
        this.memory = memory;
        this.where = where;
        this.translation = translation;
        this.protection = protection;
        this.slots = new PagePair[translation.slotCount()];
    }

    /** What the unit says of itself. */
    public Superblock superblock() {
        return bridge.superblock();
    }

    /** What the memory can promise. */
    public PersistenceLevel highestLevel() {
        return bridge.highestLevel();
    }

    /** The kind of memory, for a person. */
    public String memoryDescription() {
        return bridge.memoryDescription();
    }

    /**
     * Reads a catalog entry.
     *
     * @return its bytes, none if the slot has never been written
     * @throws PmuException {@code UNIT_DAMAGED} if something is there and nothing of it passes its check,
     *     {@code UNIT_FORMAT_UNSUPPORTED} if a later release wrote it, {@code MANAGER_NOT_AUTHENTICATED} if this session
     *     has ended
     */
    public synchronized byte[] readCatalogEntry(int slot) throws PmuException {
        requireOpen();
        return CatalogSlots.read(pages(slot), slot, where);
    }

    /**
     * Replaces a catalog entry. When this returns it is persisted; when it throws, the old one is what counts.
     *
     * @param entry at most {@link CatalogSlots#MAX_ENTRY_BYTES} long
     * @throws PmuException {@code UNIT_IO}, or {@code MANAGER_NOT_AUTHENTICATED} if this session has ended
     */
    public synchronized void writeCatalogEntry(int slot, byte[] entry) throws PmuException {
        requireOpen();
        try {
            pages(slot).write(entry);
        } catch (IOException e) {
            throw new PmuException(
                    ErrorCode.UNIT_IO,
                    where + ": catalog slot " + slot + " could not be persisted: " + FileFault.reason(e),
                    e);
        }
    }

    private PagePair pages(int slot) {
        if (slots[slot] == null) {
            slots[slot] = CatalogSlots.pages(memory, slot);
        }
        return slots[slot];
    }

    /**
     * Changes the tables as the batch says.
     *
     * @return the keys bound, in the order in which they were added
     * @throws PmuException {@code LIMIT_REACHED} if there are not enough keys, {@code INTERNAL} if the batch contradicts
     *     itself or the tables, {@code MANAGER_NOT_AUTHENTICATED} if this session has ended; nothing has been changed
     */
    public synchronized List<Integer> apply(TableBatch batch) throws PmuException {
        requireOpen();
        validate(batch);
        protection.revoke(batch.revoked);
        batch.revoked.forEach(slotOfKey::remove);
        for (int slot : batch.unmapped) {
            ranges(translation.mapping(slot)).keySet().forEach(mappedRanges::remove);
            translation.unmap(slot);
        }
        for (TableBatch.Placement placement : batch.mapped) {
            mappedRanges.putAll(ranges(placement.mapping()));
            translation.map(placement.slot(), placement.mapping());
        }
        List<Integer> keys = new ArrayList<>(batch.bound.size());
        for (KeyBinding binding : batch.bound) {
            int key = protection.bind(binding);
            slotOfKey.put(key, VirtualAddress.slot(binding.baseAddress()));
            keys.add(key);
        }
        return keys;
    }

    /** How many keys are bound. */
    public synchronized int boundKeys() {
        return slotOfKey.size();
    }

    private void validate(TableBatch batch) throws PmuException {
        Set<Integer> revoked = new HashSet<>(batch.revoked);
        revoked.retainAll(slotOfKey.keySet());
        if (batch.bound.size() > protection.freeCount() + revoked.size()) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    where + ": all keys are bound (" + protection.boundCount() + "); close connections");
        }
        Set<Integer> unmapped = new HashSet<>(batch.unmapped);
        for (int slot : unmapped) {
            requireSlot(slot);
            require(translation.mapping(slot) != null, "slot " + slot + " is not mapped");
            boolean inUse =
                    slotOfKey.entrySet().stream().anyMatch(e -> e.getValue() == slot && !revoked.contains(e.getKey()));
            require(!inUse, "slot " + slot + " has keys");
        }
        Map<Integer, Mapping> mapped = validateMapped(batch, unmapped);
        for (KeyBinding binding : batch.bound) {
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
        if (batch.mapped.isEmpty()) {
            return Map.of();
        }
        TreeMap<Long, Long> ranges = new TreeMap<>(mappedRanges);
        for (int slot : unmapped) {
            ranges(translation.mapping(slot)).keySet().forEach(ranges::remove);
        }
        Map<Integer, Mapping> mapped = new TreeMap<>();
        for (TableBatch.Placement placement : batch.mapped) {
            int slot = placement.slot();
            requireSlot(slot);
            boolean free = translation.mapping(slot) == null || unmapped.contains(slot);
            require(free && mapped.put(slot, placement.mapping()) == null, "slot " + slot + " is mapped already");
            for (Map.Entry<Long, Long> range : ranges(placement.mapping()).entrySet()) {
                long from = range.getKey();
                long end = range.getValue();
                require(
                        from >= superblock().dataOffset() && end <= superblock().sizeBytes(),
                        "slot " + slot + " is mapped outside of the data");
                Map.Entry<Long, Long> before = ranges.lowerEntry(end);
                require(before == null || before.getValue() <= from, "slot " + slot + " shares memory with another");
                ranges.put(from, end);
            }
        }
        return mapped;
    }

    private static Map<Long, Long> ranges(Mapping mapping) {
        TreeMap<Long, Long> ranges = new TreeMap<>();
        long offset = 0;
        for (int i = 0; i < mapping.extentCount(); i++) {
            long from = mapping.physicalOffset(i, offset);
            long length = mapping.contiguousBytes(i, offset);
            ranges.put(from, from + length);
            offset += length;
        }
        return ranges;
    }

    private void requireSlot(int slot) throws PmuException {
        require(slot >= 0 && slot < translation.slotCount(), "there is no slot " + slot);
    }

    private void require(boolean condition, String otherwise) throws PmuException {
        if (!condition) {
            throw new PmuException(ErrorCode.INTERNAL, where + ": table operation refused: " + otherwise);
        }
    }

    private void requireOpen() throws PmuException {
        if (!open) {
            throw new PmuException(
                    ErrorCode.MANAGER_NOT_AUTHENTICATED, where + ": the manager's session with the unit has ended");
        }
    }

    /** Ends the session. All keys are revoked, and no access can be in progress any more; nothing is mapped. */
    @Override
    public synchronized void close() {
        if (!open) {
            return;
        }
        open = false;
        protection.revoke(List.copyOf(slotOfKey.keySet()));
        slotOfKey.clear();
        for (int slot = 0; slot < translation.slotCount(); slot++) {
            translation.unmap(slot);
        }
        mappedRanges.clear();
    }
}
