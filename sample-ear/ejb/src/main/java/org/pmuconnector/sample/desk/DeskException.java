package org.pmuconnector.sample.desk;

import java.util.Objects;

/** A batch was not accepted. The reason says whether to send it again, and where. */
public class DeskException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** This server is a standby: send it to the primary. */
        NOT_PRIMARY(true),
        /** Another server took over a moment ago: send it there, under the same batch id. */
        FENCED(true),
        /** It may or may not have been recorded: send it again under the same batch id. */
        OUTCOME_UNKNOWN(true),
        /** It was not recorded because of something that passes: send it again. */
        UNAVAILABLE(true),
        /** The region has no room for it although a base was written: its size must be raised. */
        REGION_FULL(true),
        /** It is larger than the region takes in one piece: send fewer messages at once. */
        BATCH_TOO_LARGE(false),
        /** Another batch was recorded under its id. */
        ID_REUSED(false),
        /** One of the desk's limits is reached; the message names it. */
        LIMIT_REACHED(false),
        /** The configuration is wrong or stored data is damaged: an administrator must look. */
        BROKEN(false);

        private final boolean retryable;

        Reason(boolean retryable) {
            this.retryable = retryable;
        }

        /** Whether sending the same batch again, here or elsewhere, can succeed. */
        public boolean isRetryable() {
            return retryable;
        }
    }

    private final Reason reason;

    /**
     * @param reason why
     * @param message the same in words, with the server's name and the way out
     * @param cause what the connector said; null if nothing
     */
    public DeskException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason);
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
