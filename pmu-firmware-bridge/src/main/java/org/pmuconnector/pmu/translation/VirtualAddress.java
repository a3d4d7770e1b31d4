package org.pmuconnector.pmu.translation;

/**
 * The unit's virtual address space: every region slot owns one span of it, so that an address alone says which region it
 * is in, and no two regions are neighbours of each other's last byte unless one of them fills its span.
 *
 * <pre>
 *  63            40 39                        0
 * +----------------+---------------------------+
 * |    slot + 1    |    offset in the region   |
 * +----------------+---------------------------+
 * </pre>
 *
 * <p>Addresses below the first span belong to nobody, so that zero is never one.
 */
public final class VirtualAddress {

    /** How many bits the offset has. */
    public static final int SPAN_BITS = 40;

    /** The most bytes that a region can have: 1 TiB. */
    public static final long SPAN_BYTES = 1L << SPAN_BITS;

    private VirtualAddress() {}

    /** The address of a region's first byte. */
    public static long base(int slot) {
        return (slot + 1L) << SPAN_BITS;
    }

    /** The slot that an address belongs to; negative or beyond the last slot if to none. */
    public static int slot(long address) {
        return (int) (address >>> SPAN_BITS) - 1;
    }

    /** The offset in the region of an address. */
    public static long offset(long address) {
        return address & (SPAN_BYTES - 1);
    }
}
