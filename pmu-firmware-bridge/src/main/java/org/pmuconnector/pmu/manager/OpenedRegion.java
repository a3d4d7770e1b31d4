package org.pmuconnector.pmu.manager;

/**
 * A key for a region's memory.
 *
 * @param key good for this connection alone
 * @param baseAddress of the region's first byte
 * @param status of the region
 */
public record OpenedRegion(int key, long baseAddress, RegionStatus status) {}
