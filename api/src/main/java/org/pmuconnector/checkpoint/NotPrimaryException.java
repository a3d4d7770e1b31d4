package org.pmuconnector.checkpoint;

/** This instance is not the region's primary, so it may read but not write. */
public class NotPrimaryException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public NotPrimaryException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
