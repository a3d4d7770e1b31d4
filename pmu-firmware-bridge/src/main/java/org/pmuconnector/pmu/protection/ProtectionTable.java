package org.pmuconnector.pmu.protection;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.random.RandomGenerator;

/**
 * All bound keys. Readers take no lock, allocate nothing and find a key in constant time. One thread at a time may change
 * the table.
 *
 * <p>A key (STag, rkey) is, as is the custom:
 *
 * <pre>
 *  31                    8 7          0
 * +-----------------------+------------+
 * |         index         |    tag     |
 * +-----------------------+------------+
 * </pre>
 *
 * <p>Index 0 is never used, so that 0 is no key. A free index is drawn at random, and an index is never used again with
 * the tag that it had last: neither a neighbour's key nor a successor's follows from one's own.
 */
public final class ProtectionTable {

    private static final int INDEX_BITS = 24;
    private static final int TAG_BITS = 8;
    private static final int TAG_COUNT = 1 << TAG_BITS;

    private final RandomGenerator random;
    private final AtomicReferenceArray<ProtectionEntry> entries;

    /** The tag that each index was bound with last, -1 if never. */
    private final short[] lastTags;

    /** The free indices are the first {@code freeCount} of these, in no order. */
    private final int[] free;

    private int freeCount;

    /**
     * A table without keys.
     *
     * @param capacity how many keys can be bound at once, 1 to 2^24 - 1
     * @param random draws indices and tags
     */
    public ProtectionTable(int capacity, RandomGenerator random) {
        if (capacity < 1 || capacity >= 1 << INDEX_BITS) {
            throw new IllegalArgumentException("capacity " + capacity);
        }
        this.random = random;
        entries = new AtomicReferenceArray<>(capacity + 1);
        lastTags = new short[capacity + 1];
        free = new int[capacity];
        freeCount = capacity;
        for (int i = 0; i < capacity; i++) {
            free[i] = i + 1;
            lastTags[i + 1] = -1;
        }
    }

    /** The index of a key. It may be shown to anybody: without the tag it is of no use. */
    public static int indexOf(int key) {
        return key >>> TAG_BITS;
    }

    /** The last key, in unsigned order, that has an index of 0 to 2^24 - 1. */
    public static int lastKeyOf(int index) {
        return index << TAG_BITS | (TAG_COUNT - 1);
    }

    /** How many keys are bound. */
    public int boundCount() {
        return free.length - freeCount;
    }

    /** How many more can be. */
    public int freeCount() {
        return freeCount;
    }

    /** The entry of a key, null if it is not bound. */
    public ProtectionEntry lookup(int key) {
        int index = key >>> TAG_BITS;
        if (index >= entries.length()) {
            return null;
        }
        ProtectionEntry entry = entries.get(index);
        return entry == null || entry.key() != key ? null : entry;
    }

    /**
     * Binds a new key.
     *
     * @return the key
     * @throws IllegalStateException if the table is full
     */
    public int bind(KeyBinding binding) {
        if (freeCount == 0) {
            throw new IllegalStateException("all " + free.length + " keys are bound");
        }
        int place = random.nextInt(freeCount);
        int index = free[place];
        free[place] = free[--freeCount];
        int tag = lastTags[index] < 0
                ? random.nextInt(TAG_COUNT)
                : (lastTags[index] + 1 + random.nextInt(TAG_COUNT - 1)) % TAG_COUNT;
        lastTags[index] = (short) tag;
        int key = index << TAG_BITS | tag;
        entries.set(index, new ProtectionEntry(key, binding));
        return key;
    }

    /**
     * Revokes keys and returns when no access under any of them can still be in progress. A key that is not bound is
     * passed over.
     */
    public void revoke(Collection<Integer> keys) {
        ProtectionEntry[] shut = keys.stream()
                .distinct()
                .map(this::lookup)
                .filter(entry -> entry != null)
                .toArray(ProtectionEntry[]::new);
        // All are shut before the first is waited for: the wait is that of the slowest access, not of all in turn.
        for (ProtectionEntry entry : shut) {
            entry.shut();
            entries.set(entry.key() >>> TAG_BITS, null);
        }
        for (ProtectionEntry entry : shut) {
            entry.awaitEmpty();
            free[freeCount++] = entry.key() >>> TAG_BITS;
        }
    }
}
