package org.pmuconnector.checkpoint;

/** Another transaction committed between taking the snapshot and writing it: take a new one and try again. */
public class StaleOverwriteException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public StaleOverwriteException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
