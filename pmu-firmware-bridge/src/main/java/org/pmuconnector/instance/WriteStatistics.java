package org.pmuconnector.instance;

/**
 * What an instance has written into a region since it uses it.
 *
 * @param commits transactions that are in the region, of one or of two phases
 * @param sets what they committed
 * @param bytes what they and the branches that were prepared take in the log, with headers
 * @param rejected writes that failed and are not in the region, also those refused before their transaction was complete
 * @param undecided writes that failed, of which it is not known whether they are in the region
 * @param commitLatency how long the commits of the last one to two minutes took, from when their connection was ready to
 *     write until they were acknowledged
 */
public record WriteStatistics(
        long commits, long sets, long bytes, long rejected, long undecided, LatencyStatistics commitLatency) {}
