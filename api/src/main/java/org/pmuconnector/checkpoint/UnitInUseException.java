package org.pmuconnector.checkpoint;

/** Another process, or another adapter in this one, has the unit open; the message names it. */
public class UnitInUseException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public UnitInUseException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
