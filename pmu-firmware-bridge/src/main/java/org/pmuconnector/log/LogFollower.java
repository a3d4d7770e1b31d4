package org.pmuconnector.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Follows a log from outside: all that is needed to rebuild the state, then what is added. Never returns torn, stale or
 * out-of-order data; where it was too slow, it says so. In a persistent region what it returns has been made persistent
 * before, so that nobody is ever ahead of the store.
 *
 * <p>One thread at a time. After an exception it is where it was, or needs {@link #recover()} if that says so.
 */
public final class LogFollower {

    private static final int ATTEMPTS = 16;

    private final RegionMemory memory;
    private final LogGeometry geometry;
    private final LogSource source;
    private final boolean persistent;
    private final Deque<CommittedSet> unread = new ArrayDeque<>();
    private LogReader reader;
    private LogState state;
    private long persistedPosition;

    /**
     * A follower that begins with {@link #recover()} or {@link #startAfter(long)}.
     *
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
            return uncovered(all);
        }
        throw trimmed("was freed faster than it could be read, " + ATTEMPTS + " times");
    }

    private static void addAfterDropping(List<CommittedSet> all, CommittedSet set) {
        if (set.coversAllBefore()) {
            all.clear();
        }
        all.add(set);
    }

    /** Starts without a base, behind a sequence that the caller has taken already. */
    public void startAfter(long sequence) throws PmuException {
        restart();
        List<CommittedSet> all = new ArrayList<>();
        readToEnd(all::add);
        makePersistent();
        if (!all.isEmpty() && all.get(0).sequence() > sequence + 1) {
            throw trimmed("begins with sequence " + all.get(0).sequence() + ", behind the cursor at " + sequence);
        }
        for (CommittedSet set : all) {
            if (set.sequence() > sequence) {
                unread.add(set);
            }
        }
    }

    private void restart() throws PmuException {
        LogSource.Bounds bounds = source.bounds();
        reader = new LogReader(memory, geometry, bounds.epochStarts(), bounds.trimPosition());
        state = new LogState(bounds.trimPosition());
        persistedPosition = bounds.trimPosition();
        unread.clear();
    }

    private List<CommittedSet> uncovered(List<CommittedSet> all) {
        List<CommittedSet> needed = new ArrayList<>();
        for (CommittedSet set : all) {
            if (set.base() && set.sequence() == state.baseSequence()) {
                needed.add(0, set);
            } else if (!set.base() && !state.isCovered(set.sequence())) {
                needed.add(set);
            }
        }
        return needed;
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
        if (reader == null) {
            restart();
        }
        boolean more = true;
        while (more && unread.size() < maxSets) {
            more = step(unread::add);
        }
        makePersistent();
        List<CommittedSet> taken = new ArrayList<>(Math.min(maxSets, unread.size()));
        while (taken.size() < maxSets && !unread.isEmpty() && (taken.isEmpty() || isPlain(unread.peek()))) {
            requirePlain(unread.peek());
            taken.add(unread.poll());
        }
        return taken;
    }

    /** Whether a set can be returned after those before it; a base that leaves out some of them cannot. */
    private static boolean isPlain(CommittedSet set) {
        return !set.base() || set.coversAllBefore();
    }

    private static void requirePlain(CommittedSet set) throws PmuException {
        if (!isPlain(set)) {
            throw trimmed("continues with a base, sequence " + set.sequence() + ", that leaves out sets before it");
        }
    }

    /**
     * All that was committed and not returned yet, up to where the log ends. Call it when nobody can write any more; then
     * {@link #state()} is what a new primary starts from.
     *
     * @throws PmuException as {@link #poll}
     */
    public List<CommittedSet> finish() throws PmuException {
        List<CommittedSet> rest = new ArrayList<>(unread);
        unread.clear();
        readToEnd(rest::add);
        makePersistent();
        for (CommittedSet set : rest) {
            requirePlain(set);
        }
        return rest;
    }

    private void readToEnd(Consumer<CommittedSet> into) throws PmuException {
        boolean more = true;
        while (more) {
            more = step(into);
        }
    }

    /** Reads one group; false at the log's end. */
    private boolean step(Consumer<CommittedSet> into) throws PmuException {
        LogGroup group = reader.next();
        if (group == null) {
            group = nextWithNewBounds();
        }
        if (group == null) {
            return false;
        }
        state.apply(group, into);
        return true;
    }

    private LogGroup nextWithNewBounds() throws PmuException {
        LogSource.Bounds bounds = source.bounds();
        requireNotTrimmed(bounds);
        if (reader.refreshEpochs(bounds.epochStarts())) {
            LogGroup group = reader.next();
            if (group != null) {
                return group;
            }
        }
        if (reader.isDamagedHere()) {
            requireNotTrimmed(source.bounds());
            throw new PmuException(
                    ErrorCode.DATA_LOSS,
                    "the log is damaged at position " + reader.position() + ", behind sequence "
                            + state.committedSequence()
                            + ": acknowledged sets cannot be read; check the unit offline with the 'check' command");
        }
        return null;
    }

    private void requireNotTrimmed(LogSource.Bounds bounds) throws PmuException {
        if (bounds.trimPosition() > reader.position()) {
            throw trimmed("was freed up to position " + bounds.trimPosition() + " before position " + reader.position()
                    + " was read");
        }
    }

    private static PmuException trimmed(String what) {
        return new PmuException(ErrorCode.SETS_TRIMMED, "the log " + what + "; recover from the newest base");
    }

    private void makePersistent() throws PmuException {
        long end = reader.position();
        if (persistent && end > persistedPosition) {
            BatchBuffer.flush(memory, geometry, persistedPosition, end);
        }
        persistedPosition = end;
    }

    /** What the log means up to where it was read. */
    public LogState state() {
        return state;
    }
}
