package org.pmuconnector.pmu.manager;

/** Whether a region has a primary. */
public enum Role {
    /** Nobody is primary: it may be claimed. */
    VACANT,
    /** A live instance is primary. */
    HELD,
    /** The primary is away and may still return: nobody else may claim yet. */
    AWAITED
}
