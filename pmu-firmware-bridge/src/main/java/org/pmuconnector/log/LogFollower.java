package org.pmuconnector.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Follows a log from outside: all that is needed to rebuild the state, then what is added. Never returns torn, stale or
 * out-of-order data; where it was too slow, it says so. In a persistent region what it returns has been made persistent
 * before, so that nobody is ever ahead of the store.
 *
 * <p>One thread at a time. After an exception it is where it was, or needs {@link #recover()} if that says so; after one
 * from {@link #recover()} or {@link #startAfter(long)} it needs one of them again.
 */
public final class LogFollower {

    private static final int ATTEMPTS = 16;

    /** One in so many polls that find nothing looks as far for damage as a recovery does. */
    static final int POLLS_PER_FAR_LOOK = 64;

    private final RegionMemory memory;
    private final LogGeometry geometry;
    private final LogSource source;
    private final boolean persistent;
    private final Deque<CommittedSet> unread = new ArrayDeque<>();
    private LogReader reader;
    private LogState state;
    private boolean starting;
    private long persistedPosition;
    private long lastEpoch;
    private long nextSequence;
    private int emptyPolls;

    /**
     * A follower that begins with {@link #recover()}, with {@link #startAfter(long)}, or else with all that the log still
     * holds.
     *
     * @param memory over one connection; another connection needs another follower
     * @param persistent whether to make what is read persistent before it is returned
     */
    public LogFollower(RegionMemory memory, LogGeometry geometry, LogSource source, boolean persistent) {
        this.memory = memory;
        this.geometry = geometry;
        this.source = source;
        this.persistent = persistent;
    }

    /**
     * The newest base and every committed set that it does not cover, in commit order. Afterwards {@link #poll} goes on
     * behind them.
     *
     * @throws PmuException {@code DATA_LOSS} if something acknowledged is damaged; {@code SETS_TRIMMED} if the primary
     *     freed the log faster, time and again, than it could be read
     */
    public List<CommittedSet> recover() throws PmuException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            restart();
            List<CommittedSet> all = new ArrayList<>();
            try {
                readToEnd(set -> addAfterDropping(all, set));
            } catch (PmuException e) {
                if (e.code() != ErrorCode.SETS_TRIMMED) {
                    throw e;
                }
                continue;
            }
            makePersistent();
            nextSequence = state.committedSequence() + 1;
            starting = false;
            return needed(all);
        }
        throw trimmed("was freed faster than it could be read, " + ATTEMPTS + " times");
    }

    private static void addAfterDropping(List<CommittedSet> all, CommittedSet set) {
        if (set.coversAllBefore()) {
            all.clear();
        }
        all.add(set);
    }

    private List<CommittedSet> needed(List<CommittedSet> all) {
        List<CommittedSet> needed = new ArrayList<>();
        for (CommittedSet set : all) {
            if (set.base() && set.sequence() == state.baseSequence()) {
                needed.add(0, set);
            } else if (!set.base() && !state.isCovered(set.sequence()) && set.sequence() >= state.availableFrom()) {
                needed.add(set);
            }
        }
        return needed;
    }

    /**
     * Starts without a base, behind a sequence that the caller has taken already.
     *
     * @throws PmuException {@code SETS_TRIMMED} if sets behind it have been freed; {@code DATA_LOSS} if the log ends
     *     before it, or if something acknowledged is damaged
     */
    public void startAfter(long sequence) throws PmuException {
        restart();
        Consumer<CommittedSet> behind = set -> {
            if (set.sequence() > sequence) {
                unread.add(set);
            }
        };
        boolean more = step(behind, true);
        while (more && state.committedSequence() < sequence) {
            more = step(behind, true);
        }
        if (state.availableFrom() > sequence + 1) {
            throw trimmed("begins with sequence " + state.availableFrom() + ", behind the cursor at " + sequence);
        }
        if (state.committedSequence() < sequence) {
            throw new PmuException(
                    ErrorCode.DATA_LOSS,
                    "the cursor is at sequence " + sequence + ", but the log ends with " + state.committedSequence()
                            + ": sets that were taken are not in the region any more; check the unit's storage");
        }
        nextSequence = sequence + 1;
        starting = false;
    }

    private void restart() throws PmuException {
        starting = true;
        unread.clear();
        LogSource.Bounds bounds = source.bounds();
        reader = new LogReader(memory, geometry, bounds.epochStarts(), bounds.trimPosition());
        state = new LogState(bounds.trimPosition());
        persistedPosition = bounds.trimPosition();
        lastEpoch = 0;
        nextSequence = 0;
    }

    private void requireStarted() throws PmuException {
        if (reader == null) {
            restart();
            starting = false;
        }
        if (starting) {
            throw new IllegalStateException("the follower could not start; recover first");
        }
    }

    /**
     * What was committed since.
     *
     * @param maxSets the most to return, 1 or more
     * @return empty if there is nothing new
     * @throws PmuException {@code SETS_TRIMMED} if the next set was freed before it was read, or if a new base does not
     *     cover all that was returned before it: recover then; {@code DATA_LOSS} if something acknowledged is damaged
     */
    public List<CommittedSet> poll(int maxSets) throws PmuException {
        if (maxSets < 1) {
            throw new IllegalArgumentException("at most " + maxSets + " sets");
        }
        requireStarted();
        boolean more = true;
        while (more && unread.size() < maxSets) {
            more = step(unread::add, emptyPolls % POLLS_PER_FAR_LOOK == POLLS_PER_FAR_LOOK - 1);
        }
        emptyPolls += more ? 0 : 1;
        makePersistent();
        return take(maxSets);
    }

    /**
     * All that was committed and not returned yet, up to where the log ends. Call it when nobody can write any more; then
     * {@link #state()} is what a new primary starts from.
     *
     * @throws PmuException as {@link #poll}
     */
    public List<CommittedSet> finish() throws PmuException {
        requireStarted();
        readToEnd(unread::add);
        makePersistent();
        List<CommittedSet> rest = List.copyOf(unread);
        long next = nextSequence;
        for (CommittedSet set : rest) {
            requireNext(set, next);
            next = set.sequence() + 1;
        }
        requireNothingMissing(next);
        nextSequence = next;
        unread.clear();
        return rest;
    }

    /** Takes what can be returned now; the first that can never be is an error once it is first. */
    private List<CommittedSet> take(int maxSets) throws PmuException {
        List<CommittedSet> taken = new ArrayList<>(Math.min(maxSets, unread.size()));
        while (taken.size() < maxSets && !unread.isEmpty()) {
            CommittedSet set = unread.peek();
            if (!taken.isEmpty() && !isNext(set, nextSequence)) {
                return taken;
            }
            requireNext(set, nextSequence);
            taken.add(unread.poll());
            nextSequence = set.sequence() + 1;
        }
        if (taken.isEmpty()) {
            requireNothingMissing(nextSequence);
        }
        return taken;
    }

    /** Whether a set can be returned after those before it; a base that leaves out some of them cannot. */
    private static boolean isNext(CommittedSet set, long next) {
        return (next == 0 || set.sequence() == next) && (!set.base() || set.coversAllBefore());
    }

    private static void requireNext(CommittedSet set, long next) throws PmuException {
        if (!isNext(set, next)) {
            throw trimmed(
                    set.base()
                            ? "continues with a base, sequence " + set.sequence() + ", that leaves out sets before it"
                            : "continues with sequence " + set.sequence() + " instead of " + next);
        }
    }

    /** Nothing follows that could show the gap: the sets of a branch may have been freed that was committed last. */
    private void requireNothingMissing(long next) throws PmuException {
        if (next > 0 && state.availableFrom() > next) {
            throw trimmed("holds no sets before sequence " + state.availableFrom() + "; " + next + " is missing");
        }
    }

    private void readToEnd(Consumer<CommittedSet> into) throws PmuException {
        boolean more = true;
        while (more) {
            more = step(into, true);
        }
    }

    /** Reads one group; false at the log's end. */
    private boolean step(Consumer<CommittedSet> into, boolean farLook) throws PmuException {
        LogGroup group = reader.next();
        if (group == null) {
            group = nextWithNewBounds(farLook);
        }
        if (group == null) {
            return false;
        }
        state.apply(group, into);
        lastEpoch = group.first().epoch();
        return true;
    }

    private LogGroup nextWithNewBounds(boolean farLook) throws PmuException {
        LogSource.Bounds bounds = source.bounds();
        requireNotTrimmed(bounds);
        requireNotCut(bounds);
        state.trimmed(bounds.trimPosition());
        if (reader.refreshEpochs(bounds.epochStarts())) {
            LogGroup group = reader.next();
            if (group != null) {
                return group;
            }
        }
        if (isDamaged(bounds, farLook)) {
            requireNotTrimmed(source.bounds());
            throw new PmuException(
                    ErrorCode.DATA_LOSS,
                    "the log is damaged at position " + reader.position() + ", behind sequence "
                            + state.committedSequence()
                            + ": acknowledged sets cannot be read; check the unit offline with the 'check' command");
        }
        return null;
    }

    private boolean isDamaged(LogSource.Bounds bounds, boolean farLook) throws PmuException {
        if (bounds.trimPosition() > 0 && bounds.trimPosition() == reader.position()) {
            // A log is never freed up to its very end.
            return reader.isInvalidNow();
        }
        return farLook ? reader.isDamagedHere() : reader.isDamagedNear();
    }

    private void requireNotTrimmed(LogSource.Bounds bounds) throws PmuException {
        if (bounds.trimPosition() > reader.position()) {
            throw trimmed("was freed up to position " + bounds.trimPosition() + " before position " + reader.position()
                    + " was read");
        }
    }

    /** A unit that lost power may have lost what was visible and not persistent, and may have gone on without it. */
    private void requireNotCut(LogSource.Bounds bounds) throws PmuException {
        for (EpochStart epoch : bounds.epochStarts()) {
            if (lastEpoch > 0 && epoch.epoch() > lastEpoch && epoch.startPosition() < reader.position()) {
                throw trimmed("was cut back to position " + epoch.startPosition() + " for epoch " + epoch.epoch()
                        + " after it had been read up to " + reader.position());
            }
        }
    }

    private static PmuException trimmed(String what) {
        return new PmuException(ErrorCode.SETS_TRIMMED, "the log " + what + "; recover from the newest base");
    }

    /** All before the batch of the last group was acknowledged, so it is persistent already. */
    private void makePersistent() throws PmuException {
        long end = reader.position();
        if (persistent && end > persistedPosition) {
            long from = Math.max(persistedPosition, reader.batchPosition());
            BatchBuffer.flush(memory, geometry, from, end);
        }
        persistedPosition = end;
    }

    /** What the log means up to where it was read. */
    public LogState state() {
        return state;
    }
}
