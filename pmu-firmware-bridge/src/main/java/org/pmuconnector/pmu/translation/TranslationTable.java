package org.pmuconnector.pmu.translation;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Which region slot's bytes are where. Readers take no lock, allocate nothing and see either the mapping before a change
 * or the one after it. One thread at a time may change it.
 */
public final class TranslationTable {

    private final AtomicReferenceArray<Mapping> mappings;

    /** A table for that many slots, none of them mapped. */
    public TranslationTable(int slotCount) {
        mappings = new AtomicReferenceArray<>(slotCount);
    }

    /** How many slots there are. */
    public int slotCount() {
        return mappings.length();
    }

    /**
     * The mapping of the region that an address belongs to, null if no region is mapped there. In constant time; whether
     * the address is inside the region is for the caller to check against the mapping's length.
     */
    public Mapping lookup(long address) {
        int slot = VirtualAddress.slot(address);
        return slot < 0 || slot >= mappings.length() ? null : mappings.get(slot);
    }

    /** The mapping of a slot, null if it has none. */
    public Mapping mapping(int slot) {
        return mappings.get(slot);
    }

    /**
     * Maps a slot that is not.
     *
     * @throws IllegalStateException if it is mapped
     */
    public void map(int slot, Mapping mapping) {
        if (!mappings.compareAndSet(slot, null, mapping)) {
            throw new IllegalStateException("slot " + slot + " is mapped already");
        }
    }

    /** Unmaps a slot; nothing happens if it is not mapped. */
    public void unmap(int slot) {
        mappings.set(slot, null);
    }
}
