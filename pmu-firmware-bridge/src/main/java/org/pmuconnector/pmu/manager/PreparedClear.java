package org.pmuconnector.pmu.manager;

/**
 * A clear that takes effect when its transaction commits.
 *
 * @param branch of the transaction
 * @param subscription whose cursor moves
 * @param sequence up to which it clears
 */
public record PreparedClear(BranchKey branch, String subscription, long sequence) {}
