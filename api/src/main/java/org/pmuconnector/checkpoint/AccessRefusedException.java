package org.pmuconnector.checkpoint;

/** The unit's network interface refused the access: key, connection, range or right did not match its tables. */
public class AccessRefusedException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public AccessRefusedException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
