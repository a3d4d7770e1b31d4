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

    /**
     * The base that recovery starts from.
     *
     * @param coversOwnFrom the first sequence of its own group that it covers, its own sequence if it covers none
     * @param groupSequence the first sequence of its group
     * @param position where its group begins
     */
    private record Base(long sequence, long coversSequence, long coversOwnFrom, long groupSequence, long position) {

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
    private long availableFrom;
    private boolean started;
    private Base base;
    private long laterSetsPosition;

    /** A log of which nothing is known yet, from a position on. */
    public LogState(long startPosition) {
        this.endPosition = startPosition;
        this.lastGroupPosition = startPosition;
        this.availableFrom = 1;
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
            case SET, BASE -> commit(group.position(), first, group.records(), committed);
            case PREPARED -> prepare(group);
            case OUTCOME, HEURISTIC -> settle(first, committed);
            case VOID, FILLER, SEAL -> requireSequence(first, committedSequence);
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
        availableFrom = committedSequence + 1;
    }

    /** Commits sets that lie in the group at a position, by a record that names the sequence of the first. */
    private void commit(long position, LogRecord by, List<LogRecord> sets, Consumer<CommittedSet> committed)
            throws PmuException {
        long firstSequence = by.sequence();
        requireSequence(by, committedSequence + 1);
        index.add(firstSequence, position);
        laterSetsPosition = Math.min(laterSetsPosition, position);
        long sequence = firstSequence;
        for (LogRecord set : sets) {
            boolean isBase = set.kind() == RecordKind.BASE;
            boolean coversAllBefore = isBase && takeBase(set, sequence, firstSequence, position);
            committed.accept(new CommittedSet(
                    by.epoch(),
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

    /**
     * Recovery starts from a base unless the one before covers more already, or sets that it does not cover were freed as
     * cleared. True if it covers all before it.
     */
    private boolean takeBase(LogRecord set, long sequence, long groupSequence, long position) throws PmuException {
        boolean ownGroup = (set.reference() & RecordFormat.COVERS_OWN_GROUP) != 0;
        long covers = set.reference() & ~RecordFormat.COVERS_OWN_GROUP;
        if (covers >= sequence) {
            throw damaged(set, "covers sequence " + covers + " and is " + sequence + " itself");
        }
        Base next = new Base(sequence, covers, ownGroup ? groupSequence : sequence, groupSequence, position);
        long atLeast = base == null ? availableFrom : base.firstUncovered();
        if (next.firstUncovered() >= atLeast) {
            base = next;
            laterSetsPosition = Long.MAX_VALUE;
        }
        return next.firstUncovered() >= sequence;
    }

    private void prepare(LogGroup group) throws PmuException {
        LogRecord first = group.first();
        requireSequence(first, committedSequence);
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
            requireSequence(outcome, committedSequence);
            return;
        }
        if (group == null) {
            passOver(outcome, setCount);
            return;
        }
        if (group.sets().size() != setCount) {
            throw damaged(
                    outcome, "commits " + setCount + " sets of " + group.sets().size() + " prepared");
        }
        commit(group.position(), outcome, group.sets(), committed);
    }

    /** The sets were freed, and with them the need for all before them. */
    private void passOver(LogRecord outcome, int setCount) throws PmuException {
        requireSequence(outcome, committedSequence + 1);
        if (setCount < 0) {
            throw damaged(outcome, "commits " + setCount + " sets");
        }
        committedSequence += setCount;
        availableFrom = committedSequence + 1;
        base = null;
        index.clear();
    }

    private static BranchId branchOf(LogRecord record) throws PmuException {
        BranchId branch = BranchId.decode(ByteBuffer.wrap(record.payload()));
        if (branch == null) {
            throw damaged(record, "names no transaction branch");
        }
        return branch;
    }

    private static void requireSequence(LogRecord record, long expected) throws PmuException {
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
        long needed = uncovered >= base.groupSequence() ? base.position() : index.positionOf(uncovered, 0);
        return Math.min(Math.min(needed, laterSetsPosition), Math.min(base.position(), lastGroupPosition));
    }

    /** How far the log may be freed where everything up to a sequence was cleared. */
    long trimTargetByClearing(long clearedSequence) {
        if (clearedSequence >= committedSequence) {
            return lastGroupPosition;
        }
        return Math.min(index.positionOf(clearedSequence + 1, 0), lastGroupPosition);
    }

    /** A position that no set behind a sequence lies before, 0 if none is known. */
    long positionBehind(long sequence) {
        return index.positionOf(sequence + 1, 0);
    }

    /** Forgets what only served a trimmed part. */
    void trimmed(long position) {
        index.trim(position);
    }

    /** Whether the newest base makes a set unnecessary. */
    boolean isCovered(long sequence) {
        return base != null && base.covers(sequence);
    }

    /** The first sequence from which on nothing is missing; all before it may have been freed. */
    long availableFrom() {
        return availableFrom;
    }

    /** Where the next group begins. */
    public long endPosition() {
        return endPosition;
    }

    /** The newest committed sequence, 0 if there is none. */
    public long committedSequence() {
        return committedSequence;
    }

    /** The sequence of the base that recovery starts from, 0 if none was seen. */
    public long baseSequence() {
        return base == null ? 0 : base.sequence();
    }

    /** The first sequence that this base does not cover, itself where it covers all before it; 0 if there is none. */
    long firstUncovered() {
        return base == null ? 0 : base.firstUncovered();
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
