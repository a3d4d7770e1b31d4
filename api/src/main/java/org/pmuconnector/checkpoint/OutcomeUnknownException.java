package org.pmuconnector.checkpoint;

/** The connection broke while writing, and the unit could not be asked yet whether the data arrived. */
public class OutcomeUnknownException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public OutcomeUnknownException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
