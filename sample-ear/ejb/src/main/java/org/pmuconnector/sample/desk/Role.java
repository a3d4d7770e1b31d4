package org.pmuconnector.sample.desk;

/** What this server does for the region. */
public enum Role {
    /** Follows the primary; takes no orders. */
    STANDBY,
    /** Takes orders. */
    PRIMARY,
    /** Was the primary until another server took over; takes no orders and waits to start anew as a standby. */
    FENCED
}
