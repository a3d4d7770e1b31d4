package org.pmuconnector.it.chaos;

import java.util.List;

/**
 * A write, from the call to its result.
 *
 * @param ids of its sets, in their order; each is of this operation alone
 * @param calledNanos by the clock that all processes share
 * @param returnedNanos the same; {@link #NEVER} if the process ended before
 */
record Operation(String process, String name, List<String> ids, long calledNanos, long returnedNanos, Outcome outcome) {

    static final long NEVER = Long.MAX_VALUE;

    /** What its caller was told. */
    enum Outcome {
        ACKNOWLEDGED,
        /** Not there, and never will be. */
        NOT_WRITTEN,
        /** Nothing is known, or nothing was told. */
        UNKNOWN
    }

    Operation {
        ids = List.copyOf(ids);
    }

    boolean isAcknowledged() {
        return outcome == Outcome.ACKNOWLEDGED;
    }

    /** With its result. */
    Operation returned(long nanos, Outcome result) {
        return new Operation(process, name, ids, calledNanos, nanos, result);
    }

    @Override
    public String toString() {
        return name + " " + ids + " of " + process + ", " + outcome;
    }
}
