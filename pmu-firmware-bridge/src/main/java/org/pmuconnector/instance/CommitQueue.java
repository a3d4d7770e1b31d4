package org.pmuconnector.instance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.pmuconnector.log.LogWriter;
import org.pmuconnector.log.PreparedGroup;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * All writes of one epoch: orders them, and lets those that come together share one round trip. Whoever finds nobody
 * leading leads: it writes what waits, its own among it, over its own connection, and tells the others. One batch is
 * under way at a time, so groups are acknowledged in log order by construction, and a failed connection leaves at most
 * one range of the log to be resolved.
 *
 * <p>Safe for use by many threads. A caller waits as long as the operation timeout lets the leader take.
 */
final class CommitQueue {

    /** What is to be added to a batch. */
    @FunctionalInterface
    interface Step {
        LogWriter.Ticket addTo(LogWriter writer) throws PmuException;
    }

    /** One caller's step, from its arrival to its end. */
    static final class Submission {
        private final Step step;
        private LogWriter.Ticket ticket;
        private PmuException failure;
        private boolean settled;

        private Submission(Step step) {
            this.step = step;
        }

        private void fail(PmuException e) {
            failure = e;
            settled = true;
        }
    }

    private final Region region;
    private final LogWriter writer;
    private final Resolver resolver;
    private final Trimmer trimmer;

    private final Monitor lock;
    private final Deque<Submission> waiting = new ArrayDeque<>();
    private boolean leading;

    private volatile boolean superseded;
    private volatile long committedSequence;

    // Of the leader alone.
    private final List<Submission> batch = new ArrayList<>();
    private long writingConnectionId;

    CommitQueue(Region region, LogWriter writer, long bootNumber) {
        this.region = region;
        this.writer = writer;
        this.resolver = new Resolver(region, writer, bootNumber);
        this.trimmer = new Trimmer(region, writer);
        this.lock = region.instance().environment().monitors().get();
        settled();
    }

    long epoch() {
        return writer.epoch().epoch();
    }

    long bootNumber() {
        return resolver.bootNumber();
    }

    /** The newest committed sequence of the region. */
    long committedSequence() {
        return committedSequence;
    }

    /** Another epoch has begun, or is about to: nothing more is written in this one. */
    void superseded() {
        superseded = true;
    }

    /** Lets what is being written end, and begins nothing more: another instance goes on in an epoch of its own. */
    void drain() {
        superseded = true;
        lock.lock();
        try {
            while (leading) {
                lock.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isUsable() {
        return !superseded;
    }

    /**
     * Writes a step, alone or with others.
     *
     * @param connection of the caller; used if the caller leads
     * @return the newest committed sequence with this step
     * @throws PmuException that says what became of the step
     */
    long submit(RegionConnection connection, Step step) throws PmuException {
        Submission mine = new Submission(step);
        long begun = region.meter().now();
        lock.lock();
        try {
            waiting.add(mine);
            while (!mine.settled) {
                if (leading) {
                    lock.awaitUninterruptibly();
                } else {
                    leading = true;
                    lead(connection, mine);
                }
            }
        } finally {
            lock.unlock();
        }
        if (mine.failure != null) {
            throw mine.failure;
        }
        region.meter().written(mine.ticket, begun);
        return mine.ticket.lastSequence();
    }

    /** Leads one batch. Holds the lock when called and when it returns, but not while it writes. */
    private void lead(RegionConnection connection, Submission mine) {
        lock.unlock();
        try {
            prepareToLead(connection);
            writeBatch(connection);
        } catch (PmuException e) {
            mine.fail(e);
        } catch (RuntimeException | Error e) {
            PmuException defect =
                    new PmuException(ErrorCode.INTERNAL, "a defect while writing: " + e, Durability.UNKNOWN, e);
            mine.fail(defect);
            batch.forEach(submission -> submission.fail(defect));
            throw e;
        } finally {
            lock.lock();
            for (Submission submission : batch) {
                submission.settled = true;
            }
            batch.clear();
            waiting.removeIf(submission -> submission.settled);
            leading = false;
            lock.signalAll();
        }
    }

    /** What fails here fails before anything of the batch was written. */
    private void prepareToLead(RegionConnection connection) throws PmuException {
        if (writer.isUndecided()) {
            resolver.resolve(writingConnectionId);
            settled();
        }
        if (superseded) {
            throw region.isOver(this, null);
        }
        connection.bindForWriting(epoch());
        writingConnectionId = connection.connectionId();
    }

    private void writeBatch(RegionConnection connection) throws PmuException {
        fillBatch(connection);
        if (batch.isEmpty()) {
            return;
        }
        try {
            writer.write(connection.memory());
            writer.acknowledge();
        } catch (PmuException e) {
            resolveBatch(connection, e);
            return;
        }
        settled();
        trimmer.trimIfUseful(connection);
    }

    private void fillBatch(RegionConnection connection) throws PmuException {
        boolean madeRoom = false;
        Submission next = poll();
        while (next != null) {
            try {
                next.ticket = next.step.addTo(writer);
                batch.add(next);
            } catch (PmuException e) {
                boolean full = e.code() == ErrorCode.REGION_FULL;
                if (full && !batch.isEmpty()) {
                    // Room can only be made between batches.
                    unpoll(next);
                    return;
                }
                if (full && !madeRoom) {
                    madeRoom = true;
                    if (makeRoom(connection, next)) {
                        continue;
                    }
                }
                next.fail(e);
            }
            next = writer.hasRoomInBatch() ? poll() : null;
        }
    }

    /** Whether anything was freed for a step; if the connection fails over it, the step has failed and was not written. */
    private boolean makeRoom(RegionConnection connection, Submission next) throws PmuException {
        try {
            return trimmer.makeRoom(connection);
        } catch (PmuException e) {
            connection.broken();
            next.fail(e);
            throw e;
        }
    }

    private Submission poll() {
        lock.lock();
        try {
            return waiting.poll();
        } finally {
            lock.unlock();
        }
    }

    private void unpoll(Submission submission) {
        lock.lock();
        try {
            waiting.addFirst(submission);
        } finally {
            lock.unlock();
        }
    }

    private void resolveBatch(RegionConnection connection, PmuException cause) {
        connection.broken();
        try {
            resolver.resolve(writingConnectionId);
        } catch (PmuException e) {
            for (Submission submission : batch) {
                submission.fail(unknown(cause, e));
            }
            return;
        }
        settled();
        for (Submission submission : batch) {
            if (!submission.ticket.isWritten()) {
                submission.fail(notWritten(cause));
            }
        }
    }

    private PmuException unknown(PmuException cause, PmuException whyUnresolved) {
        PmuException unknown = new PmuException(
                ErrorCode.OUTCOME_UNKNOWN,
                "the connection failed while writing to region '" + region.name() + "' at "
                        + region.instance().address() + " (" + cause.getMessage()
                        + "), and what became of the data cannot be found out yet: " + whyUnresolved.getMessage()
                        + "; recover from the region once the unit can be reached",
                Durability.UNKNOWN,
                cause);
        unknown.addSuppressed(whyUnresolved);
        return unknown;
    }

    private PmuException notWritten(PmuException cause) {
        if (superseded) {
            return region.isOver(this, cause);
        }
        return new PmuException(
                ErrorCode.CONNECTION_LOST,
                "the connection failed while writing to region '" + region.name() + "' at "
                        + region.instance().address() + " (" + cause.getMessage()
                        + "); the data was not written and never will be: try again",
                cause);
    }

    /** Publishes what has just been decided. */
    private void settled() {
        if (resolver.isOver()) {
            superseded = true;
        }
        region.replicas().committedLate(writer.takeLate());
        committedSequence = writer.state().committedSequence();
        region.acknowledged(writer.state().endPosition());
    }

    /** The branches in doubt; the caller gets a copy. */
    List<PreparedGroup> inDoubt() {
        lock.lock();
        try {
            while (leading) {
                lock.awaitUninterruptibly();
            }
            return List.copyOf(writer.state().prepared());
        } finally {
            lock.unlock();
        }
    }
}
