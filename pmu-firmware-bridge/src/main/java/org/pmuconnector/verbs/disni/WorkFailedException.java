package org.pmuconnector.verbs.disni;

import com.ibm.disni.verbs.IbvWC;
import java.io.IOException;

/** A work request was completed without success: the connection is over. */
public final class WorkFailedException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What that says. */
    public enum Cause {
        /** The peer's device refused an access: key, connection, range or right. */
        REFUSED,
        /** One side broke the rules of verbs. */
        INVALID,
        /** The connection has ended otherwise. */
        ENDED
    }

    private final Cause reason;

    private WorkFailedException(Cause reason, String message) {
        super(message);
        this.reason = reason;
    }

    /**
     * The failure among completions that says most: requests that were only taken back are the consequence of another.
     *
     * @return null if all were successful
     */
    public static WorkFailedException among(Completions completions, int count) {
        IbvWC failed = null;
        for (int i = 0; i < count; i++) {
            IbvWC completion = completions.get(i);
            boolean tellsMore = failed == null || (WorkRequest.isFlushed(failed) && !WorkRequest.isFlushed(completion));
            if (!WorkRequest.isSuccess(completion) && tellsMore) {
                failed = completion;
            }
        }
        return failed == null ? null : new WorkFailedException(causeOf(failed), WorkRequest.status(failed));
    }

    private static Cause causeOf(IbvWC completion) {
        if (WorkRequest.isRefused(completion)) {
            return Cause.REFUSED;
        }
        return WorkRequest.isInvalid(completion) ? Cause.INVALID : Cause.ENDED;
    }

    /** What it says. */
    public Cause reason() {
        return reason;
    }
}
