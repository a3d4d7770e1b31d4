package org.pmuconnector.pmu.manager;

/**
 * The outcome of a transaction branch as the manager was told it, for the primary to write into the log.
 *
 * @param branch that was in doubt
 * @param commit whether it commits
 * @param heuristic whether an administrator decided it, and not the transaction manager
 * @param applied whether the log has it
 */
public record Resolution(BranchKey branch, boolean commit, boolean heuristic, boolean applied) {}
