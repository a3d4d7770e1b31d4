package org.pmuconnector.sample.desk;

import jakarta.ejb.EJBException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.sample.state.Batch;
import org.pmuconnector.sample.state.BatchCodec;

/** A region in memory whose next calls can be made to fail before or after the set is in it. */
final class MemoryRegion implements Journal {

    private record Failure(boolean recorded, CheckpointException cause, boolean atCommit) {}

    private final Deque<Failure> appendFailures = new ArrayDeque<>();
    private final Deque<Failure> overwriteFailures = new ArrayDeque<>();
    private final List<Checkpoint> sets = new ArrayList<>();
    private int capacity = Integer.MAX_VALUE;
    private CheckpointException readFailure;
    private CheckpointException fullFailure;

    /** The next append fails so, inside the transaction. */
    void failAppend(CheckpointException cause, boolean recorded) {
        appendFailures.add(new Failure(recorded, cause, false));
    }

    /** The next append fails because the database does not take it. */
    void failLedger() {
        appendFailures.add(new Failure(false, null, false));
    }

    /** The next append fails so when its transaction commits: the container wraps the cause, or knows none. */
    void failAppendAtCommit(CheckpointException causeOrNull, boolean recorded) {
        appendFailures.add(new Failure(recorded, causeOrNull, true));
    }

    void failOverwrite(CheckpointException cause, boolean recorded) {
        overwriteFailures.add(new Failure(recorded, cause, false));
    }

    void failReads(CheckpointException causeOrNull) {
        readFailure = causeOrNull;
    }

    /** Appends fail so while there are as many sets. */
    void limit(int setCount, CheckpointException full) {
        capacity = setCount;
        fullFailure = full;
    }

    /** What another server would write. */
    void addForeign(Checkpoint.Kind kind, byte[] payload) {
        add(kind, payload, 1);
    }

    List<Checkpoint> sets() {
        return List.copyOf(sets);
    }

    @Override
    public void append(Batch batch) throws CheckpointException, LedgerException {
        if (sets.size() >= capacity) {
            throw fullFailure;
        }
        Failure failure = appendFailures.poll();
        if (failure == null || failure.recorded()) {
            add(Checkpoint.Kind.UPDATE, BatchCodec.encode(batch), BatchCodec.VERSION);
        }
        if (failure != null && failure.cause() == null && !failure.atCommit()) {
            throw new LedgerException("the row is taken", new SQLException("lock timeout"));
        }
        raise(failure);
    }

    @Override
    public boolean overwrite(byte[] state, int payloadVersion, long endsAt) throws CheckpointException {
        Failure failure = overwriteFailures.poll();
        if (failure == null || failure.recorded()) {
            long last = last();
            if (endsAt != last) {
                return false;
            }
            Checkpoint base = set(Checkpoint.Kind.BASE, last + 1, state, payloadVersion);
            sets.clear();
            sets.add(base);
        }
        raise(failure);
        return true;
    }

    @Override
    public List<Checkpoint> recover() throws CheckpointException {
        requireReadable();
        return sets();
    }

    @Override
    public long committedSequence() throws CheckpointException {
        requireReadable();
        return last();
    }

    private void requireReadable() throws CheckpointException {
        if (readFailure != null) {
            throw readFailure;
        }
    }

    private void add(Checkpoint.Kind kind, byte[] payload, int payloadVersion) {
        sets.add(set(kind, last() + 1, payload, payloadVersion));
    }

    private long last() {
        return sets.isEmpty() ? 0 : sets.get(sets.size() - 1).sequence();
    }

    private static Checkpoint set(Checkpoint.Kind kind, long sequence, byte[] payload, int payloadVersion) {
        return new Checkpoint("orders", 1, sequence, Instant.EPOCH, kind, payloadVersion, payload);
    }

    private static void raise(Failure failure) throws CheckpointException {
        if (failure == null) {
            return;
        }
        if (failure.atCommit()) {
            throw new EJBException("the commit failed", failure.cause());
        }
        throw failure.cause();
    }
}
