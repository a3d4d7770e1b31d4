package org.pmuconnector.checkpoint;

/** The unit, its catalog or a region's log fails its checks, or is of a format this release does not know. */
public class UnitDamagedException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public UnitDamagedException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
