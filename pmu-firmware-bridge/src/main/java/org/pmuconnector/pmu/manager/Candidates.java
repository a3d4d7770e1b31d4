package org.pmuconnector.pmu.manager;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The sessions of instances that stand for a region, each with its priority. When the region becomes vacant, the one with
 * the highest may claim it first; the others after a head start, so that one that hangs holds nobody up.
 */
final class Candidates {

    private final Map<ManagedConnection, Integer> priorities = new LinkedHashMap<>();

    /** From now on with this priority; with 0 not at all. */
    void stand(ManagedConnection session, int priority) {
        if (priority == 0) {
            priorities.remove(session);
        } else {
            priorities.put(session, priority);
        }
    }

    void withdraw(ManagedConnection session) {
        priorities.remove(session);
    }

    void clear() {
        priorities.clear();
    }

    boolean has(Predicate<ManagedConnection> wanted) {
        return priorities.keySet().stream().anyMatch(wanted);
    }

    /** Of those that are wanted, the one that has the highest priority, if it is higher than an instance's. */
    Optional<ManagedConnection> before(Instance instance, Predicate<ManagedConnection> wanted) {
        int own = priorities.entrySet().stream()
                .filter(candidate -> candidate.getKey().instance == instance)
                .mapToInt(Map.Entry::getValue)
                .max()
                .orElse(0);
        return priorities.entrySet().stream()
                .filter(candidate -> candidate.getValue() > own && wanted.test(candidate.getKey()))
                .max(Comparator.comparingInt(Map.Entry::getValue))
                .map(Map.Entry::getKey);
    }

    /** Of those that are wanted, the highest priority first. */
    List<CandidateStatus> status(Predicate<ManagedConnection> wanted) {
        return priorities.entrySet().stream()
                .filter(candidate -> wanted.test(candidate.getKey()))
                .map(candidate -> new CandidateStatus(candidate.getKey().instance.name, candidate.getValue()))
                .sorted(Comparator.comparingInt(CandidateStatus::priority).reversed())
                .toList();
    }

    int priority(ManagedConnection session) {
        return priorities.getOrDefault(session, 0);
    }
}
