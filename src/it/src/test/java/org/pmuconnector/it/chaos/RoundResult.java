package org.pmuconnector.it.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pmuconnector.it.chaos.Operation.Outcome;
import org.pmuconnector.it.chaos.Violation.Kind;

/**
 * What came of a round.
 *
 * @param sets that were in the region in the end
 * @param outcomes how many operations had which
 * @param takeovers how often a process became the primary after another one
 * @param longestUnavailable the longest time without an acknowledgement
 */
record RoundResult(
        long sets,
        Map<Outcome, Long> outcomes,
        int takeovers,
        Duration longestUnavailable,
        List<Violation> violations) {

    private static final Set<Kind> LOST = Set.of(Kind.LOST, Kind.LEFT_OUT, Kind.STARTED_UNLIKE_THE_LOG, Kind.BEHIND);
    private static final Set<Kind> DUPLICATED = Set.of(Kind.DUPLICATED, Kind.REFUSED_YET_THERE);
    private static final Set<Kind> SPLIT_BRAIN = Set.of(Kind.SPLIT_BRAIN, Kind.EPOCH_BACK, Kind.DISAGREES);

    RoundResult {
        outcomes = Map.copyOf(outcomes);
        violations = List.copyOf(violations);
    }

    /** Operations with that outcome. */
    long operations(Outcome outcome) {
        return outcomes.getOrDefault(outcome, 0L);
    }

    long lost() {
        return count(LOST);
    }

    long duplicated() {
        return count(DUPLICATED);
    }

    long splitBrain() {
        return count(SPLIT_BRAIN);
    }

    long others() {
        return violations.size() - lost() - duplicated() - splitBrain();
    }

    private long count(Set<Kind> kinds) {
        return violations.stream()
                .filter(violation -> kinds.contains(violation.kind()))
                .count();
    }
}
