package org.pmuconnector.ra;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.PmuException;

/** What a transaction has done so far: nothing of it has left this process. Guarded by its owner. */
final class PendingWork {

    private final List<PendingSet> sets = new ArrayList<>();

    /** By subscription. */
    private final Map<String, CursorMove> clears = new LinkedHashMap<>();

    private long payloadBytes;

    void add(PendingSet set) {
        sets.add(set);
        payloadBytes += set.payload().length;
    }

    /** What all sets so far carry. */
    long payloadBytes() {
        return payloadBytes;
    }

    void clear(CursorMove move) {
        clears.merge(move.subscription(), move, (known, more) -> more.sequence() > known.sequence() ? more : known);
    }

    /** Forgets all of it. */
    void drop() {
        sets.clear();
        clears.clear();
        payloadBytes = 0;
    }

    /** Whether there is nothing to commit. */
    boolean isEmpty() {
        return sets.isEmpty() && clears.isEmpty();
    }

    /** The sets in the order in which they were written. */
    List<PendingSet> sets() {
        return List.copyOf(sets);
    }

    /** Whether it clears anything. */
    boolean hasClears() {
        return !clears.isEmpty();
    }

    /**
     * Makes all of it ready to commit: the clears first, as they are the ones that can be taken back without a trace in
     * the log.
     */
    void prepare(RegionLink link, BranchId branch) throws PmuException {
        for (CursorMove move : clears.values()) {
            link.prepareClear(branch, move);
        }
        if (!sets.isEmpty()) {
            link.prepare(branch, List.copyOf(sets));
        }
    }

    /**
     * Commits all of it on its own: the sets, then the clears. If it fails in between, what it should have cleared is
     * delivered again.
     */
    void commit(RegionLink link) throws PmuException {
        boolean begun = !sets.isEmpty();
        if (begun) {
            link.commit(List.copyOf(sets));
        }
        for (CursorMove move : clears.values()) {
            try {
                link.clear(move);
            } catch (PmuException e) {
                throw begun ? new PmuException(e.code(), e.getMessage(), Durability.WRITTEN, e) : e;
            }
            begun = true;
        }
    }
}
