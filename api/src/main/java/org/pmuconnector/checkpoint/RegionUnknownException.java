package org.pmuconnector.checkpoint;

/** The unit has no region of that name, and the configuration does not ask to create it. */
public class RegionUnknownException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public RegionUnknownException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
