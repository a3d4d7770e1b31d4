package org.pmuconnector.pmu.manager;

/**
 * A primary that is to give its region to another instance.
 *
 * @param from the primary
 * @param to its successor; empty for any other instance
 * @param untilNanos when others may claim the region again
 * @param lastsMillis how long it is until then from its beginning
 */
record Handover(String from, String to, long untilNanos, long lastsMillis) {

    /** Whether an instance may claim the region meanwhile. */
    boolean admits(String instance) {
        return to.isEmpty() ? !instance.equals(from) : instance.equals(to);
    }

    /** What it is, for a person. */
    String describe() {
        return "being handed over from " + from + (to.isEmpty() ? "" : " to " + to);
    }

    HandoverStatus status() {
        return new HandoverStatus(from, to);
    }
}
