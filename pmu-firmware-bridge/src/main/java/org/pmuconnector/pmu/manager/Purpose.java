package org.pmuconnector.pmu.manager;

/** What a connection is for. */
public enum Purpose {
    /** An instance's session: its end or silence suggests the instance's death. */
    SESSION,
    /** Data of one region; says nothing about life. */
    DATA,
    /** A person's tool, without an instance. */
    TOOL
}
