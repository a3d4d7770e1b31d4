package org.pmuconnector.log;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * What a log means up to a position: which sequence was committed last, which branches are in doubt, what the newest base
 * covers. Readers and the writer build it from the same groups by the same steps, so that a standby can become the writer
 * without reading anything twice.
 *
 * <p>One thread at a time.
 */
public final class LogState {

    /** The newest committed base: what it covers, and where it begins. */
    private record Base(long sequence, long coversSequence, long coversOwnFrom, long position) {

        boolean covers(long other) {
            return other <= coversSequence || (other >= coversOwnFrom && other < sequence);
        }

        long firstUncovered() {
            long next = coversSequence + 1;
            return next >= coversOwnFrom ? sequence : next;
        }
    }

    private final Map<BranchId, PreparedGroup> prepared = new LinkedHashMap<>();
    private final SequenceIndex index = new SequenceIndex();
    private long endPosition;
    private long lastGroupPosition;
    private long committedSequence;
    private boolean started;
    private Base base;

    /** A log of which nothing is known yet, from a position on. */
    public LogState(long startPosition) {
        this.endPosition = startPosition;
        this.lastGroupPosition = startPosition;
    }

    /**
     * Takes the next group in.
     *
     * @param committed is handed what the group commits, in commit order
     * @throws PmuException {@code LOG_DAMAGED} if the group, though intact, contradicts what came before
     */
    public void apply(LogGroup group, Consumer<CommittedSet> committed) throws PmuException {
        LogRecord first = group.first();
        if (group.position() != endPosition) {
            throw damaged(first, "does not begin where the one before ends, at " + endPosition);
        }
        start(first);
        switch (first.kind()) {
            case SET, BASE -> commit(group.position(), first.epoch(), group.records(), first.sequence(), committed);
            case PREPARED -> prepare(group);
            case OUTCOME, HEURISTIC -> settle(first, committed);
            case VOID, FILLER, SEAL -> checkSequence(first, committedSequence);
        }
        endPosition = group.endPosition();
        lastGroupPosition = group.position();
    }

    /** The first group read tells what was committed before it. */
    private void start(LogRecord first) {
        if (started) {
            return;
        }
        started = true;
        boolean commits = first.kind().isSet() || (first.kind().isOutcome() && first.payloadVersion() > 0);
        committedSequence = commits ? first.sequence() - 1 : first.sequence();
    }

    private void commit(
            long position, long epoch, List<LogRecord> sets, long firstSequence, Consumer<CommittedSet> committed)
            throws PmuException {
        if (firstSequence != committedSequence + 1) {
            throw damaged(sets.get(0), "commits sequence " + firstSequence + " after " + committedSequence);
        }
        index.add(firstSequence, position);
        long sequence = firstSequence;
        for (LogRecord set : sets) {
            boolean isBase = set.kind() == RecordKind.BASE;
            if (isBase) {
                boolean ownGroup = (set.reference() & RecordFormat.COVERS_OWN_GROUP) != 0;
                long covers = set.reference() & ~RecordFormat.COVERS_OWN_GROUP;
                base = new Base(sequence, covers, ownGroup ? firstSequence : sequence, position);
            }
            boolean coversAllBefore = isBase && base.firstUncovered() >= sequence;
            committed.accept(new CommittedSet(
                    epoch,
                    sequence,
                    set.timestampMillis(),
                    isBase,
                    coversAllBefore,
                    set.payloadVersion(),
                    set.payload()));
            sequence++;
        }
        committedSequence = sequence - 1;
    }

    private void prepare(LogGroup group) throws PmuException {
        LogRecord first = group.first();
        BranchId branch = branchOf(first);
        List<LogRecord> sets = group.records().subList(1, group.records().size());
        prepared.put(
                branch,
                new PreparedGroup(branch, group.position(), group.lengthBytes(), first.timestampMillis(), sets));
    }

    private void settle(LogRecord outcome, Consumer<CommittedSet> committed) throws PmuException {
        PreparedGroup group = prepared.remove(branchOf(outcome));
        int setCount = outcome.payloadVersion();
        if (setCount == 0) {
            return;
        }
        if (group == null) {
            // The sets were freed: whatever covers them lies further on.
            checkSequence(outcome, committedSequence + 1);
            committedSequence += setCount;
            return;
        }
        if (group.sets().size() != setCount) {
            throw damaged(
                    outcome, "commits " + setCount + " sets of " + group.sets().size() + " prepared");
        }
        commit(group.position(), outcome.epoch(), group.sets(), outcome.sequence(), committed);
    }

    private static BranchId branchOf(LogRecord record) throws PmuException {
        BranchId branch = BranchId.decode(ByteBuffer.wrap(record.payload()));
        if (branch == null) {
            throw damaged(record, "names no transaction branch");
        }
        return branch;
    }

    private static void checkSequence(LogRecord record, long expected) throws PmuException {
        if (record.sequence() != expected) {
            throw damaged(record, "names sequence " + record.sequence() + " instead of " + expected);
        }
    }

    private static PmuException damaged(LogRecord record, String why) {
        return new PmuException(
                ErrorCode.LOG_DAMAGED,
                "the " + record.kind() + " record at log position " + record.position() + " " + why
                        + "; check the unit offline with the 'check' command");
    }

    /**
     * How far the log may be freed where a base frees what it covers; the branches in doubt below it must be moved first.
     */
    long trimTargetByBase() {
        if (base == null) {
            return 0;
        }
        long uncovered = base.firstUncovered();
        long needed = uncovered >= base.sequence() ? base.position() : index.positionOf(uncovered, 0);
        return Math.min(Math.min(needed, base.position()), lastGroupPosition);
    }

    /** How far the log may be freed where everything up to a sequence was cleared. */
    long trimTargetByClearing(long clearedSequence) {
        if (clearedSequence >= committedSequence) {
            return lastGroupPosition;
        }
        return Math.min(index.positionOf(clearedSequence + 1, 0), lastGroupPosition);
    }

    /** Forgets what only served a trimmed part. */
    void trimmed(long position) {
        index.trim(position);
    }

    /** Whether the newest base makes a set unnecessary. */
    boolean isCovered(long sequence) {
        return base != null && base.covers(sequence);
    }

    /** Where the next group begins. */
    public long endPosition() {
        return endPosition;
    }

    /** The newest committed sequence, 0 if there is none. */
    public long committedSequence() {
        return committedSequence;
    }

    /** The sequence of the newest committed base, 0 if none was seen. */
    public long baseSequence() {
        return base == null ? 0 : base.sequence();
    }

    /** The branches in doubt, oldest first. */
    public Collection<PreparedGroup> prepared() {
        return Collections.unmodifiableCollection(prepared.values());
    }

    /** A branch in doubt, null if there is none of that id. */
    PreparedGroup prepared(BranchId branch) {
        return prepared.get(branch);
    }
}
