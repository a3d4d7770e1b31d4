package org.pmuconnector.pmu.manager;

/**
 * A bound key at one moment, but for the part of it that is not to be known.
 *
 * @param index its upper 24 bits
 * @param connectionId whose it is
 * @param region that it is for
 * @param write whether it is for writing as well as for reading
 * @param epoch of the region when it was bound
 * @param lengthBytes of the range that it is for
 */
public record KeyStatus(int index, long connectionId, String region, boolean write, long epoch, long lengthBytes) {}
