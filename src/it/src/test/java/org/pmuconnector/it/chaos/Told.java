package org.pmuconnector.it.chaos;

import java.util.List;

/** What a process's listener was told, or what was read, at a time by the clock that all processes share. */
sealed interface Told {

    /** When. */
    long nanos();

    /**
     * A set.
     *
     * @param base whether it is a complete state
     * @param state of a base: the ids of the sets from sequence 1 to the one that it covers
     */
    record Delivered(long nanos, long epoch, long sequence, String id, boolean base, List<String> state)
            implements Told {
        public Delivered {
            state = List.copyOf(state);
        }

        /** The last sequence that a base covers. */
        long covers() {
            return state.size();
        }
    }

    /** It is the primary. */
    record Primary(long nanos, long epoch) implements Told {}

    /** It is the primary no more. */
    record Fenced(long nanos, long epoch) implements Told {}

    /** It has to forget what it holds. */
    record Reset(long nanos) implements Told {}

    /** Something that no fault explains. */
    record Defect(long nanos, String text) implements Told {}
}
