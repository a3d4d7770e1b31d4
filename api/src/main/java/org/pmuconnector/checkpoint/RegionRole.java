package org.pmuconnector.checkpoint;

/** What a server is for a region. */
public enum RegionRole {
    /** It has connections at most: neither a message-driven bean for the region nor the primary's part. */
    NONE,
    /** A message-driven bean has been activated and has not read the region yet, or has to read it anew. */
    JOINING,
    /** It follows the primary. */
    STANDBY,
    /** It is the primary for the unit, and its application has not taken all of the log yet. */
    PROMOTING,
    /** It is the primary. */
    PRIMARY,
    /** It was the primary until another server took over. */
    FENCED,
    /** It was the primary, was fenced, and stays down until its bean is activated anew. */
    DOWN
}
