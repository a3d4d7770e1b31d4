package org.pmuconnector.pmu.manager;

/** What a region's access list can allow a principal. */
public enum AccessRight {
    /** Read the region, watch it, and move subscriptions' cursors. */
    READ,
    /** Write to it as its primary. Includes {@link #READ}. */
    WRITE,
    /** Become its primary, together with {@link #WRITE}. */
    TAKE_OVER,
    /** Change its access list and size, delete it, and take it from a live primary. */
    ADMINISTER
}
