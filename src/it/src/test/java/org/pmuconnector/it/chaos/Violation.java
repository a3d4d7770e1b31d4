package org.pmuconnector.it.chaos;

/** Something in a history that must not be. */
record Violation(Kind kind, String what) {

    /** What was promised and not kept. */
    enum Kind {
        /** An acknowledged set, or one that was delivered, is not there. */
        LOST,
        /** A set is there twice, or a listener was told of it twice. */
        DUPLICATED,
        /** A set stands before one that had been acknowledged when it began, or a group's sets are not in their order. */
        REORDERED,
        /** A set is there whose writer was told that it is not and never will be. */
        REFUSED_YET_THERE,
        /** A set is there that nobody wrote, or before somebody did. */
        NEVER_WRITTEN,
        /** A group is there in part, or others' sets are in it. */
        TORN,
        /** Two were told different things of one sequence. */
        DISAGREES,
        /** A listener was not told of a set, and of a later one. */
        LEFT_OUT,
        /** A new primary was not told of all that there was before its epoch, or was told of what came after. */
        STARTED_UNLIKE_THE_LOG,
        /** A write was acknowledged that began when a newer primary had started. */
        SPLIT_BRAIN,
        /** An epoch follows a newer one, or two processes have the same. */
        EPOCH_BACK,
        /** A primary was told of sets while it wrote them itself. */
        DELIVERED_TO_PRIMARY,
        /** A standby was not told of all in the end. */
        BEHIND,
        /** Something that no fault explains. */
        DEFECT
    }

    @Override
    public String toString() {
        return kind + ": " + what;
    }
}
