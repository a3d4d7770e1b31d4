package org.pmuconnector.ra.jmx;

/** How an adapter gets on with one unit. Nothing here asks the unit, so every value is there at once. */
public interface UnitMXBean {

    /** The adapter's name at the unit. */
    String getInstanceName();

    /** Where the unit is. */
    String getUnitAddress();

    /** Whether the unit has answered within the lease. */
    boolean isSessionUp();

    /** How often the session was made again after the first time. */
    long getReconnects();

    /** How often the unit had been started when the session began; 0 without a session. */
    long getBootNumber();

    /** How long the unit waits for a silent adapter before it gives its regions to others, in milliseconds. */
    long getLeaseMillis();

    /** How often another instance took a region from this one. */
    long getFencings();

    /** Why there was no session the last time that there was none; empty if there always was one. */
    String getLastFailure();

    /** When that was, as ISO 8601 in UTC; empty if there always was one. */
    String getLastFailureTime();
}
