package org.pmuconnector.pmu.memory;

import java.util.concurrent.atomic.AtomicLongArray;

/** Which blocks of a memory devices may have written to, from the first time that they could. Safe for use by many threads. */
final class ExposedBlocks {

    /** Does something with a part of a range. */
    @FunctionalInterface
    interface Visitor {
        void visit(long offset, long lengthBytes);
    }

    /** Blocks of 64 KiB, as small as the parts that regions are made of. */
    private static final int BLOCK_SHIFT = 16;

    private final AtomicLongArray bits;

    ExposedBlocks(long sizeBytes) {
        bits = new AtomicLongArray(Math.toIntExact((block(sizeBytes) >>> 6) + 1));
    }

    private static long block(long offset) {
        return offset >>> BLOCK_SHIFT;
    }

    /** A range's blocks from now on are such, both ends included. */
    void add(long offset, long lengthBytes) {
        for (long block = block(offset); block <= block(offset + lengthBytes - 1); block++) {
            bits.accumulateAndGet((int) (block >>> 6), 1L << block, (before, bit) -> before | bit);
        }
    }

    /** The parts of a range that are in such blocks, in order. */
    void visit(long offset, long lengthBytes, Visitor visitor) {
        long end = offset + lengthBytes;
        long at = offset;
        while (at < end) {
            long block = block(at);
            long partEnd = Math.min(end, (block + 1) << BLOCK_SHIFT);
            if ((bits.get((int) (block >>> 6)) >>> block & 1) != 0) {
                visitor.visit(at, partEnd - at);
            }
            at = partEnd;
        }
    }
}
