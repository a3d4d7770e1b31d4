package org.pmuconnector.it.chaos;

import java.util.Collection;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.pmuconnector.it.chaos.Violation.Kind;

/** Who was the primary in which epoch, and since when it knew. */
final class Terms {

    /** The beginning of a process's term. */
    private record Term(String process, long nanos) {}

    private final NavigableMap<Long, Term> byEpoch = new TreeMap<>();
    private final Map<Long, String> writers = new TreeMap<>();
    private final Consumer<Violation> violations;

    /** The terms of all processes. */
    Terms(Collection<ProcessHistory> histories, Consumer<Violation> violations) {
        this.violations = violations;
        for (ProcessHistory history : histories) {
            for (Told told : history.told()) {
                if (told instanceof Told.Primary primary) {
                    Term term = new Term(history.process(), primary.nanos());
                    Term other = byEpoch.putIfAbsent(primary.epoch(), term);
                    if (other != null) {
                        violations.accept(new Violation(
                                Kind.EPOCH_BACK,
                                "epoch " + primary.epoch() + " is of " + other.process() + " and "
                                        + history.process()));
                    }
                }
            }
        }
    }

    /** Whether a primary of a newer epoch had started at a time. */
    boolean isAnyNewer(long epoch, long nanos) {
        return byEpoch.tailMap(epoch, false).values().stream().anyMatch(term -> term.nanos() < nanos);
    }

    /** In which epoch a process was the primary at a time, as far as it had been told; 0 if it never was. */
    long epochOf(String process, long nanos) {
        long epoch = 0;
        for (Map.Entry<Long, Term> entry : byEpoch.entrySet()) {
            Term term = entry.getValue();
            if (term.process().equals(process) && term.nanos() <= nanos) {
                epoch = entry.getKey();
            }
        }
        return epoch;
    }

    /** A set of that epoch is in the log. */
    void wrote(long epoch, String process) {
        String other = writers.putIfAbsent(epoch, process);
        Term term = byEpoch.get(epoch);
        String owner = term != null ? term.process() : other;
        if (owner != null && !owner.equals(process)) {
            violations.accept(
                    new Violation(Kind.SPLIT_BRAIN, process + " wrote in epoch " + epoch + ", which is of " + owner));
        }
    }
}
