package org.pmuconnector.it.chaos;

import java.util.List;

/**
 * A write, from the call to its result.
 *
 * @param base whether it is a complete state, which is not there any more once a newer one is
 * @param phases how it is written
 * @param ids of its sets, in their order; each is of this operation alone
 * @param calledNanos by the clock that all processes share
 * @param returnedNanos the same; {@link #NEVER} if the process ended before
 */
record Operation(
        String process,
        String name,
        boolean base,
        Phases phases,
        List<String> ids,
        long calledNanos,
        long returnedNanos,
        Outcome outcome) {

    static final long NEVER = Long.MAX_VALUE;

    /** How an operation is written, and how far it got if that is in two phases. */
    enum Phases {
        ONE,
        /** It has not been decided to commit it, so that it is to be rolled back. */
        UNDECIDED,
        /** It is to commit, whatever happens and whoever has to do it. */
        DECIDED
    }

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

    /** Whether another process, or the unit's manager, may have to end it, at any time and in a later epoch. */
    boolean isTwoPhase() {
        return phases != Phases.ONE;
    }

    /** With its result. */
    Operation returned(long nanos, Outcome result) {
        return new Operation(process, name, base, phases, ids, calledNanos, nanos, result);
    }

    /** To be committed. */
    Operation decided() {
        return new Operation(process, name, base, Phases.DECIDED, ids, calledNanos, returnedNanos, outcome);
    }

    @Override
    public String toString() {
        return name + " " + ids + " of " + process + ", " + phases + " " + outcome;
    }
}
