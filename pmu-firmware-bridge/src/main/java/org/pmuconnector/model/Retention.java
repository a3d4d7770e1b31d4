package org.pmuconnector.model;

/** What frees a region's room. */
public enum Retention {
    /** A committed base frees what it covers. */
    BASE,
    /** What the region's named subscription cleared is freed. */
    CLEARED
}
