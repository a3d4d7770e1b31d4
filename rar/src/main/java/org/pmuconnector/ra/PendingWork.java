package org.pmuconnector.ra;

import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.PmuException;

/** What a transaction has done so far: nothing of it has left this process. Guarded by its owner. */
final class PendingWork {

    private static final long NOTHING_CLEARED = -1;

    private final List<PendingSet> sets = new ArrayList<>();
    private long payloadBytes;
    private long clearedThrough = NOTHING_CLEARED;

    void add(PendingSet set) {
        sets.add(set);
        payloadBytes += set.payload().length;
    }

    /** What all sets so far carry. */
    long payloadBytes() {
        return payloadBytes;
    }

    void clear(long throughSequence) {
        clearedThrough = Math.max(clearedThrough, throughSequence);
    }

    /** Forgets all of it. */
    void drop() {
        sets.clear();
        payloadBytes = 0;
        clearedThrough = NOTHING_CLEARED;
    }

    /** Whether there is nothing to commit. */
    boolean isEmpty() {
        return sets.isEmpty() && clearedThrough == NOTHING_CLEARED;
    }

    /** The sets in the order in which they were written. */
    List<PendingSet> sets() {
        return List.copyOf(sets);
    }

    /** Commits all of it on its own. */
    void commit(RegionLink link) throws PmuException {
        if (!sets.isEmpty()) {
            link.commit(List.copyOf(sets));
        }
        clearCursor(link);
    }

    /**
     * Moves the cursor, after the sets have committed: if it fails then, what it should have cleared is delivered again.
     */
    void clearCursor(RegionLink link) throws PmuException {
        if (clearedThrough == NOTHING_CLEARED) {
            return;
        }
        try {
            link.clear(clearedThrough);
        } catch (PmuException e) {
            if (sets.isEmpty()) {
                throw e;
            }
            throw new PmuException(e.code(), e.getMessage(), Durability.WRITTEN, e);
        }
    }
}
