package org.pmuconnector.model;

/** What is known, after a failure, of the data that was being written. */
public enum Durability {
    /** It is not in the region and never will be. */
    NOT_WRITTEN,
    /** It may or may not be in the region. */
    UNKNOWN,
    /** It is in the region; what failed came after. */
    WRITTEN
}
