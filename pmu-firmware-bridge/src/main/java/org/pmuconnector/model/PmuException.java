package org.pmuconnector.model;

import java.util.Objects;

/**
 * The one checked exception beneath the resource adapter: a code, a message that names what, where and the way out, and
 * what is known of the data that was being written.
 */
public final class PmuException extends Exception {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final Durability durability;

    /** A failure before anything was written. */
    public PmuException(ErrorCode code, String message) {
        this(code, message, Durability.NOT_WRITTEN, null);
    }

    /** A failure before anything was written, and its cause. */
    public PmuException(ErrorCode code, String message, Throwable cause) {
        this(code, message, Durability.NOT_WRITTEN, cause);
    }

    /** A failure that names what became of the data. */
    public PmuException(ErrorCode code, String message, Durability durability, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code);
        this.durability = Objects.requireNonNull(durability);
    }

    /** Which failure it is. */
    public ErrorCode code() {
        return code;
    }

    /** What is known of the data. */
    public Durability durability() {
        return durability;
    }
}
