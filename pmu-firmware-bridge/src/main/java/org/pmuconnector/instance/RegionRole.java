package org.pmuconnector.instance;

/** What an instance is for a region. */
public enum RegionRole {
    /** Has connections at most: neither an activation nor the primary's part. */
    NONE,
    /** An activation has not read the region yet, or has to read it anew. */
    JOINING,
    /** Follows the primary. */
    STANDBY,
    /** Is the primary for the unit, and its application has not taken all of the log yet. */
    PROMOTING,
    /** Is the primary. */
    PRIMARY,
    /** Was the primary until another instance took over. */
    FENCED,
    /** Was the primary, was fenced, and stays down until it is activated anew. */
    DOWN
}
