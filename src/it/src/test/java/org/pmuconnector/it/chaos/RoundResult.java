package org.pmuconnector.it.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.pmuconnector.it.chaos.Violation.Kind;

/**
 * What came of a round.
 *
 * @param acknowledged operations
 * @param sets that were in the region in the end
 * @param terms how often a server became the primary
 * @param longestUnavailable the longest time without an acknowledgement
 */
record RoundResult(int acknowledged, long sets, int terms, Duration longestUnavailable, List<Violation> violations) {

    private static final Set<Kind> LOST = Set.of(Kind.LOST, Kind.LEFT_OUT, Kind.STARTED_UNLIKE_THE_LOG, Kind.BEHIND);
    private static final Set<Kind> DUPLICATED = Set.of(Kind.DUPLICATED, Kind.REFUSED_YET_THERE);
    private static final Set<Kind> SPLIT_BRAIN = Set.of(Kind.SPLIT_BRAIN, Kind.EPOCH_BACK, Kind.DISAGREES);

    RoundResult {
        violations = List.copyOf(violations);
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

    private long count(Set<Kind> kinds) {
        return violations.stream()
                .filter(violation -> kinds.contains(violation.kind()))
                .count();
    }
}
