package org.pmuconnector.ra.jmx;

/**
 * What an adapter is and has done for one region since it was started. Nothing here asks the unit, so every value is there
 * at once.
 */
public interface RegionMXBean {

    /** The adapter's name at the unit. */
    String getInstanceName();

    /** Where the unit is. */
    String getUnitAddress();

    /** The region's name. */
    String getRegionName();

    /** {@code NONE}, {@code JOINING}, {@code STANDBY}, {@code PROMOTING}, {@code PRIMARY}, {@code FENCED}, {@code DOWN}. */
    String getRole();

    /** The adapter's own epoch as the primary, else the newest that it has heard of; 0 for none. */
    long getEpoch();

    /** Who is the primary as far as the adapter has heard; empty if nobody is. */
    String getPrimaryInstance();

    /** Transactions that it committed. */
    long getCommits();

    /** Sets, which is updates and bases, that these committed. */
    long getSets();

    /** What these and the prepared branches take in the log, with headers. */
    long getBytes();

    /** Writes that failed and are not in the region. */
    long getRejectedWrites();

    /** Writes that failed, of which it is not known whether they are in the region. */
    long getUndecidedWrites();

    /** How many commits the latencies are of: those of the last one to two minutes. */
    long getCommitLatencyCount();

    /** How long these took on average, in microseconds. */
    double getCommitLatencyMeanMicros();

    /** What half of these did not exceed, in microseconds; at most an eighth too high. */
    double getCommitLatencyP50Micros();

    /** What 99 of 100 of these did not exceed, in microseconds; at most an eighth too high. */
    double getCommitLatencyP99Micros();

    /** The longest of these, in microseconds. */
    double getCommitLatencyMaxMicros();

    /** Sets that a standby has read and its listener has not taken yet; -1 if the adapter does not stand by. */
    long getLagSets();

    /** The payload of these, in bytes; -1 if the adapter does not stand by. */
    long getLagBytes();

    /** For how long the listener has not been known to have everything; -1 if the adapter does not stand by. */
    long getLagMillis();

    /** How often the adapter became the primary, also where nobody was before. */
    long getTakeovers();

    /** How long its activation's last one took, from the claim until the listener had been told; -1 if there was none. */
    long getLastTakeoverMicros();

    /** How long the manager took of that to make sure that the former primary cannot write; -1 if there was none. */
    long getLastTakeoverFenceMicros();

    /** How long it took of that to read the log to its end, in microseconds; -1 if there was none. */
    long getLastTakeoverReadMicros();

    /** How many sets were read meanwhile; -1 if there was none. */
    long getLastTakeoverSets();

    /** How long the listener took of that to take what was unread, in microseconds; -1 if there was none. */
    long getLastTakeoverDeliverMicros();

    /** How often another instance took the region from it. */
    long getFencings();

    /** How many of its activations follow the region. */
    int getActivations();

    /** How many managed connections to the region are open, in use or not. */
    int getPooledConnections();

    /** The newest failure of a write, a replica or its listener; empty if there was none. */
    String getLastFailure();

    /** When that was, as ISO 8601 in UTC; empty if there was none. */
    String getLastFailureTime();
}
