package org.pmuconnector.checkpoint;

import jakarta.resource.ResourceException;
import java.util.Objects;

/**
 * A failure of the connector, the unit or the path between them. The subclasses are the failures that an application may
 * want to tell apart; all others arrive as this class.
 *
 * <p>{@link #getErrorCode()} is stable from release to release, of the form {@code PMU-301}; the message names the
 * region, the unit, the fact and the way out.
 */
public class CheckpointException extends ResourceException {

    private static final long serialVersionUID = 1L;

    private final ErrorCategory category;
    private final Durability durability;

    /** For the adapter. */
    @SuppressWarnings("this-escape") // initCause belongs to Throwable, whose part of this object is complete by then
    public CheckpointException(
            String message, String errorCode, ErrorCategory category, Durability durability, Throwable cause) {
        super(message, errorCode);
        this.category = Objects.requireNonNull(category);
        this.durability = Objects.requireNonNull(durability);
        if (cause != null) {
            initCause(cause);
        }
    }

    /** What to do about it. */
    public ErrorCategory category() {
        return category;
    }

    /** What became of the data of the call, or of the transaction for a failed commit. */
    public Durability durability() {
        return durability;
    }
}
