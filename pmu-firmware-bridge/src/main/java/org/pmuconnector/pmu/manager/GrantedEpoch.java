package org.pmuconnector.pmu.manager;

/**
 * A region that has just been claimed.
 *
 * @param salt of the epoch's checksums
 * @param status of the region, with the epoch granted
 * @param fenceNanos from the request's start to the moment from which no write under an older key could land
 */
public record GrantedEpoch(long salt, RegionStatus status, long fenceNanos) {}
