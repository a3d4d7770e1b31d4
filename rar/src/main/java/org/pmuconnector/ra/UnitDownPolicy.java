package org.pmuconnector.ra;

/** What a write does while the unit is away. */
enum UnitDownPolicy {
    /** It fails at once, and says that nothing was written. */
    FAIL,
    /** It waits for the unit, and for this server to be the primary again, as long as an operation may take. */
    WAIT
}
