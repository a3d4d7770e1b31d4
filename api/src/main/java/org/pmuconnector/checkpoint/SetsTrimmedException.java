package org.pmuconnector.checkpoint;

/** Sets that were not read yet have been freed: recover from the newest base. */
public class SetsTrimmedException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public SetsTrimmedException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
