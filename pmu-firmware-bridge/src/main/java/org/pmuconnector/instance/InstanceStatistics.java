package org.pmuconnector.instance;

import java.time.Duration;

/**
 * How an instance gets on with its unit.
 *
 * @param sessionUp whether the unit has answered within the lease
 * @param bootNumber how often the unit had been started when the session began; 0 without a session
 * @param lease how long the unit waits for a silent instance; zero before the first session
 * @param reconnects how often the session was made again after the first time
 * @param fencings how often another instance took a region from this one
 * @param lastFailure why there was no session the last time that there was none; null if there always was one
 */
public record InstanceStatistics(
        boolean sessionUp, long bootNumber, Duration lease, long reconnects, long fencings, Failure lastFailure) {}
