package org.pmuconnector.checkpoint;

/** Data that had been acknowledged is no longer in the unit. */
public class DataLossException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public DataLossException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
