package org.pmuconnector.sample.desk;

/**
 * How the persistent memory unit looked when it was last asked.
 *
 * @param state whether it answered
 * @param committedSequence the newest sequence in the region when it last answered
 * @param detail why it did not answer; empty if it did
 */
public record UnitView(State state, long committedSequence, String detail) {

    /** Whether the unit answered. */
    public enum State {
        /** It has not been asked yet. */
        UNKNOWN,
        /** It answered. */
        REACHABLE,
        /** It did not answer, or refused. */
        UNREACHABLE
    }

    static UnitView unknown() {
        return new UnitView(State.UNKNOWN, 0, "");
    }

    UnitView unreachable(String reason) {
        return new UnitView(State.UNREACHABLE, committedSequence, reason);
    }

    /**
     * What this means to a server. Its own commits tell a primary how far the region has come, without asking the unit;
     * whether the unit is there it learns from its session alone.
     */
    public UnitView seenBy(DeskStatus status) {
        return status.role() == Role.PRIMARY && !status.isCurrentPrimary()
                ? unreachable("the session with the unit is interrupted, or another server has taken over")
                : this;
    }

    /** How many sets of the region a state that ends at a sequence does not include yet. */
    public long unreadBehind(long sequence) {
        return Math.max(0, committedSequence - sequence);
    }
}
