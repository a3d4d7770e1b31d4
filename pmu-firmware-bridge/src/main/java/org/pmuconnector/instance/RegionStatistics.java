package org.pmuconnector.instance;

/**
 * What an instance is and has done for a region, since it uses it.
 *
 * @param role what it is now
 * @param epoch of its own as the primary, else the newest that it has heard of; 0 for none
 * @param primaryInstance who is the primary as far as it has heard; empty if nobody is
 * @param lag the largest of its replicas that stand by; null if none does
 * @param takeovers how often it became the primary, also where nobody was before
 * @param lastTakeover how long its activation's last one took; null if there was none
 * @param fencings how often another instance took the region from it
 * @param activations how many of its activations follow the region
 * @param lastFailure the newest failure of a write or a replica; null if there was none
 */
public record RegionStatistics(
        RegionRole role,
        long epoch,
        String primaryInstance,
        WriteStatistics writes,
        Lag lag,
        long takeovers,
        TakeoverTimes lastTakeover,
        long fencings,
        int activations,
        Failure lastFailure) {}
