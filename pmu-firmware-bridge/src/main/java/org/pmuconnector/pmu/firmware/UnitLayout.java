package org.pmuconnector.pmu.firmware;

/**
 * Where things are in a unit of format version 1.
 *
 * <pre>
 * 0        8 KiB                                          data offset             size
 * +--------+--------+--------+--------+-- … --+--------+--+------------- … -------+
 * | superblock      | slot 0          |       | slot n |  | data: the regions'    |
 * | copy 0 | copy 1 | copy 0 | copy 1 |       | 0 | 1  |  | extents               |
 * +--------+--------+--------+--------+-- … --+--------+--+------------- … -------+
 *   4 KiB    4 KiB    4 KiB    4 KiB                        from a multiple of 64 KiB
 * </pre>
 */
public final class UnitLayout {

    /** Bytes of one copy of a superblock or catalog entry. */
    public static final int PAGE_BYTES = 4096;

    /** Extents begin at multiples of this and are as long as a multiple of it. */
    public static final int ALLOCATION_BYTES = 64 * 1024;

    /** The smallest unit: 1 MiB. */
    public static final long MIN_SIZE_BYTES = 1L << 20;

    /** The largest unit: 1 TiB. */
    public static final long MAX_SIZE_BYTES = 1L << 40;

    static final long SUPERBLOCK_OFFSET = 0;

    private static final long CATALOG_OFFSET = 2L * PAGE_BYTES;
    private static final long BYTES_PER_SLOT = 4L << 20;
    private static final int MIN_SLOTS = 16;
    private static final int MAX_SLOTS = 16384;

    private UnitLayout() {}

    /** How many regions a unit of that size can have: one for each 4 MiB, 16 to 16,384. */
    public static int slotCount(long sizeBytes) {
        return (int) Math.max(MIN_SLOTS, Math.min(MAX_SLOTS, sizeBytes / BYTES_PER_SLOT));
    }

    /** Where the two copies of a slot's catalog entry begin. */
    static long slotOffset(int slot) {
        return CATALOG_OFFSET + 2L * PAGE_BYTES * slot;
    }

    /** Where the regions' data begins. */
    public static long dataOffset(int slotCount) {
        return roundUp(slotOffset(slotCount));
    }

    /** The next multiple of {@link #ALLOCATION_BYTES}. */
    public static long roundUp(long bytes) {
        return (bytes + ALLOCATION_BYTES - 1) & -ALLOCATION_BYTES;
    }
}
