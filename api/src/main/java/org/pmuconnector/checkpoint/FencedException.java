package org.pmuconnector.checkpoint;

/** Another instance took over as the region's primary: this one's writes are refused from now on. */
public class FencedException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public FencedException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
