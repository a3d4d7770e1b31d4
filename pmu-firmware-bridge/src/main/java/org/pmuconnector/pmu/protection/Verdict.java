package org.pmuconnector.pmu.protection;

/** What an entry says to an access. */
public enum Verdict {
    /** Allowed. */
    GRANTED,
    /** The key belongs to another protection domain. */
    OTHER_DOMAIN,
    /** The key does not grant this right. */
    NO_RIGHT,
    /** Address plus length exceeds the address space. */
    WRAP,
    /** The range is not within the key's. */
    OUT_OF_BOUNDS
}
