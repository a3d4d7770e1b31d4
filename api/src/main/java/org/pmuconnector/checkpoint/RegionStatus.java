package org.pmuconnector.checkpoint;

import java.util.Optional;

/**
 * What a server knows of a region at one moment.
 *
 * @param region the region's name
 * @param unitAddress where its unit is
 * @param unitAnswers whether the unit has answered within the lease; false also where this server does not use it
 * @param role what this server is for the region
 * @param epoch this server's own as the primary, else the newest that it has heard of; 0 for none
 * @param primaryInstance who is the primary as far as this server has heard; empty if nobody is
 * @param unread what a standby's bean has not taken; empty where this server does not stand by
 */
public record RegionStatus(
        String region,
        String unitAddress,
        boolean unitAnswers,
        RegionRole role,
        long epoch,
        String primaryInstance,
        Optional<Unread> unread) {

    /**
     * How far a standby's bean is behind.
     *
     * @param sets what was read and not taken by the bean yet; more may be in the log
     * @param bytes the payload of these
     * @param millis for how long the bean has not been known to have everything
     */
    public record Unread(long sets, long bytes, long millis) {}
}
