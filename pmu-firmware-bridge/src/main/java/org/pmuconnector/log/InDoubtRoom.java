package org.pmuconnector.log;

/**
 * The room that branches in doubt may still need: a copy and an outcome for each.
 *
 * @param copiesBytes a copy of each
 * @param outcomesBytes the outcome of each
 * @param longestBytes the longest of these groups
 */
record InDoubtRoom(long copiesBytes, long outcomesBytes, long longestBytes) {

    static final InDoubtRoom NONE = new InDoubtRoom(0, 0, 0);

    /** With one branch more. */
    InDoubtRoom plus(long groupBytes, long outcomeBytes) {
        long longest = Math.max(longestBytes, Math.max(groupBytes, outcomeBytes));
        return new InDoubtRoom(copiesBytes + groupBytes, outcomesBytes + outcomeBytes, longest);
    }

    /** The outcomes alone. */
    InDoubtRoom withoutCopies() {
        return new InDoubtRoom(0, outcomesBytes, Math.min(longestBytes, outcomesBytes));
    }

    /** All of it. */
    long totalBytes() {
        return copiesBytes + outcomesBytes;
    }
}
