package org.pmuconnector.sample.demo;

/**
 * What the demonstration found.
 *
 * @param acknowledged orders that a server acknowledged
 * @param recorded orders in the surviving server's books
 * @param lost acknowledged orders that are not in them
 * @param duplicated orders that are in them more often than they were sent
 * @param failoverMillis from the kill to the first order that the surviving server accepted
 * @param digestMatches whether the books equal those of a replay without failure
 */
record DemoResult(
        long acknowledged, long recorded, long lost, long duplicated, long failoverMillis, boolean digestMatches) {

    /** Whether nothing was lost, nothing repeated and the books are right. */
    boolean isGood() {
        return lost == 0 && duplicated == 0 && digestMatches;
    }

    /** The last line of the output, for programs. */
    String line() {
        return "RESULT acknowledged=" + acknowledged + " lost=" + lost + " duplicated=" + duplicated
                + " failoverMillis=" + failoverMillis + " digest=" + (digestMatches ? "match" : "mismatch");
    }
}
