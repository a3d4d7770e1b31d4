package org.pmuconnector.pmu.translation;

/**
 * A contiguous piece of a region.
 *
 * @param virtualOffset where it begins in the region, in bytes
 * @param physicalOffset where it begins in the unit's memory, in bytes
 * @param lengthBytes more than zero
 */
public record Extent(long virtualOffset, long physicalOffset, long lengthBytes) {

    /** An extent inside the 64-bit spaces. */
    public Extent {
        if (virtualOffset < 0
                || physicalOffset < 0
                || lengthBytes <= 0
                || virtualOffset + lengthBytes < 0
                || physicalOffset + lengthBytes < 0) {
            throw new IllegalArgumentException("extent of " + lengthBytes + " bytes at region offset " + virtualOffset
                    + " and memory offset " + physicalOffset);
        }
    }
}
