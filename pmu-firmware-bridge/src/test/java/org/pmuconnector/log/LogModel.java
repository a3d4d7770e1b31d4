package org.pmuconnector.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a log should mean, kept the naive way: everything that was ever committed, in order. */
final class LogModel {

    /** A set of a transaction; covers: a sequence, or -1 for all before it when it was made. */
    record Set(String text, boolean base, long covers) {}

    /** A committed set. */
    record Committed(long sequence, String text, boolean base, long covers, long coversOwnFrom) {

        boolean covers(long other) {
            return other <= covers || (other >= coversOwnFrom && other < sequence);
        }

        long firstUncovered() {
            long first = 1;
            while (first < sequence && covers(first)) {
                first++;
            }
            return first;
        }
    }

    /** What a group does once it counts. */
    interface Step {
        void apply(LogModel model);
    }

    /** A branch that waits; expected: what was committed when it was prepared. */
    record Branch(List<Set> sets, long expected) {}

    private final List<Committed> committed = new ArrayList<>();
    private final Map<BranchId, Branch> prepared = new LinkedHashMap<>();

    List<Committed> committed() {
        return committed;
    }

    Map<BranchId, Branch> prepared() {
        return prepared;
    }

    static Step commit(List<Set> sets, long expected) {
        return model -> model.commitNow(sets, expected);
    }

    static Step prepare(BranchId branch, List<Set> sets, long expected) {
        return model -> model.prepared.put(branch, new Branch(sets, expected));
    }

    static Step outcome(BranchId branch, boolean commit) {
        return model -> {
            Branch settled = model.prepared.remove(branch);
            if (commit) {
                model.commitNow(settled.sets, settled.expected);
            }
        };
    }

    private void commitNow(List<Set> sets, long expected) {
        long first = committed.size() + 1L;
        for (Set set : sets) {
            long sequence = committed.size() + 1L;
            boolean all = set.covers < 0;
            committed.add(
                    new Committed(sequence, set.text, set.base, all ? expected : set.covers, all ? first : sequence));
        }
    }

    /** The base that covers most, the newest of those. */
    Committed base() {
        Committed best = null;
        for (Committed set : committed) {
            if (set.base && (best == null || set.firstUncovered() >= best.firstUncovered())) {
                best = set;
            }
        }
        return best;
    }

    /** The base and every set that it does not cover. */
    List<String> recovered() {
        Committed base = base();
        List<String> recovered = new ArrayList<>();
        if (base != null) {
            recovered.add(base.text);
        }
        for (Committed set : committed) {
            if (!set.base && (base == null || !base.covers(set.sequence))) {
                recovered.add(set.text);
            }
        }
        return recovered;
    }

    /** All sets behind a sequence. */
    List<String> behind(long sequence) {
        return committed.subList((int) sequence, committed.size()).stream()
                .map(Committed::text)
                .toList();
    }
}
