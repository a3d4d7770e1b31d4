package org.pmuconnector.checkpoint;

/** The unit does not answer: not started, wrong address, or the network is down. */
public class UnitUnreachableException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    /** For the adapter. */
    public UnitUnreachableException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode, category, durability, cause);
    }
}
