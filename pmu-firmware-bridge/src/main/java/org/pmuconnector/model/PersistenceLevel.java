package org.pmuconnector.model;

/** What an acknowledged write survives. */
public enum PersistenceLevel {
    /** The death of every client process. */
    VISIBLE,
    /** The loss of power at the unit's host. */
    PERSISTENT;

    /** Whether a write at this level is good enough where the other is asked for. */
    public boolean satisfies(PersistenceLevel required) {
        return compareTo(required) >= 0;
    }
}
