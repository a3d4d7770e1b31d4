package org.pmuconnector.checkpoint;

/** The set is longer than the region can hold in one piece. */
public class PayloadTooLargeException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public PayloadTooLargeException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
