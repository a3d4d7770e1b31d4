package org.pmuconnector.pmu.manager;

/** What a unit lets those do who do not say who they are. */
public enum AnonymousAccess {
    /** Nothing: log in first. */
    REFUSED,
    /** What a user may who may create regions: with those that were created anonymously, everything. */
    ORDINARY,
    /** Everything: for the process that has the unit's file open anyway. */
    ADMINISTRATOR
}
