package org.pmuconnector.checkpoint;

/** What is known, after an error, of the data that was being written. */
public enum Durability {
    /** It is not in the region and never will be. */
    NOT_WRITTEN,
    /** It may or may not be in the region; {@link CheckpointConnection#recover()} tells once the unit can be read. */
    UNKNOWN,
    /** It is in the region; only what came after failed. */
    WRITTEN
}
