package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets those who want to persist parts of one file at the same time share what it costs. Safe for use by many threads.
 *
 * <p>Callers join a <em>round</em>; a round begins when the one before has ended. Its ranges are merged to one in each
 * piece of the mapping, from the first byte that anybody asked for to the last, and a force of one range costs the same as
 * of any other: it waits for the device once. Whoever is in the round and has nothing to wait for forces one of its
 * pieces, so that a round of many pieces is as parallel as its callers were. A lone caller forces exactly what it asked
 * for, at once.
 *
 * <p>Rounds never overlap, and a round succeeds for all or for none. That is more than tidiness: the operating system
 * reports a page that could not be written to <em>one</em> force of the file and takes the page for clean afterwards, so a
 * force that runs beside the failing one could succeed though its own page was lost. For the same reason nothing can be
 * persisted after a failure any more: that a second try succeeds would prove nothing.
 */
final class GroupFlush {

    /** Writes a range through, all of it in one piece. */
    @FunctionalInterface
    interface Force {
        void force(long offset, long lengthBytes) throws IOException;
    }

    /** What is forced at once. */
    private static final class Part {
        private long from;
        private long end;

        private Part(long from, long end) {
            this.from = from;
            this.end = end;
        }
    }

    /** Those who are forced together. */
    private static final class Round {
        private final Deque<Part> pending = new ArrayDeque<>(1);
        private boolean begun;
        private int unfinished;
        private boolean ended;
        private IOException failure;
    }

    private final int pieceShift;
    private final Force force;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Takes whoever comes next. */
    private Round next = new Round();

    private boolean underWay;
    private IOException broken;

    /** Rounds over pieces of 2^pieceShift bytes. */
    GroupFlush(int pieceShift, Force force) {
        this.pieceShift = pieceShift;
        this.force = force;
    }

    /**
     * Returns when the range has been forced by a round that began after this call.
     *
     * @param lengthBytes 1 or more
     * @throws IOException if any range of the round could not be, or of an earlier one
     */
    void persist(long offset, long lengthBytes) throws IOException {
        lock.lock();
        try {
            Round mine = next;
            join(mine, offset, offset + lengthBytes);
            while (!mine.ended) {
                Part part = mine.begun ? mine.pending.poll() : null;
                if (part != null) {
                    forcePart(mine, part);
                } else if (mine.begun || underWay) {
                    changed.awaitUninterruptibly();
                } else {
                    begin(mine);
                }
            }
            if (mine.failure != null) {
                throw new IOException(mine.failure.getMessage(), mine.failure);
            }
        } finally {
            lock.unlock();
        }
    }

    private void join(Round round, long from, long end) {
        long at = from;
        while (at < end) {
            long pieceEnd = ((at >>> pieceShift) + 1) << pieceShift;
            long partEnd = Math.min(end, pieceEnd);
            include(round, at, partEnd);
            at = partEnd;
        }
    }

    private void include(Round round, long from, long end) {
        for (Part part : round.pending) {
            if (part.from >>> pieceShift == from >>> pieceShift) {
                part.from = Math.min(part.from, from);
                part.end = Math.max(part.end, end);
                return;
            }
        }
        round.pending.add(new Part(from, end));
    }

    private void begin(Round round) {
        next = new Round();
        round.begun = true;
        if (broken != null) {
            round.failure = broken;
            round.ended = true;
            changed.signalAll();
            return;
        }
        underWay = true;
        round.unfinished = round.pending.size();
        if (round.unfinished > 1) {
            changed.signalAll();
        }
    }

    /** Holds the lock when called and when it returns, but not while it forces. */
    private void forcePart(Round round, Part part) {
        IOException failure = null;
        lock.unlock();
        try {
            force.force(part.from, part.end - part.from);
        } catch (IOException e) {
            failure = failed(e);
        } catch (RuntimeException | Error e) {
            // Whatever it was, nobody may be told that the range is persistent.
            failure = failed(e);
        } finally {
            lock.lock();
        }
        if (failure != null && broken == null) {
            broken = failure;
        }
        round.unfinished--;
        if (round.unfinished == 0) {
            round.failure = broken;
            round.ended = true;
            underWay = false;
            changed.signalAll();
        }
    }

    private static IOException failed(Throwable cause) {
        String reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new IOException(
                "writing through failed (" + reason + "), and what is persistent is unknown since; repair the disk, "
                        + "restart its host so that nothing is left in the page cache alone, and start the unit again",
                cause);
    }

    /** What went wrong, null if nothing did. */
    IOException failure() {
        lock.lock();
        try {
            return broken;
        } finally {
            lock.unlock();
        }
    }
}
