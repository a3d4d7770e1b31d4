package org.pmuconnector.log;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Makes the groups of one epoch: which records each kind of group consists of, and what their fields say. */
final class GroupBuilder {

    private static final byte[] NOTHING = new byte[0];

    private final long epoch;
    private final InstantSource time;

    GroupBuilder(long epoch, InstantSource time) {
        this.epoch = epoch;
        this.time = time;
    }

    /** Sets that are committed by being written. */
    LogGroup committed(long at, long firstSequence, List<PendingSet> sets) {
        List<LogRecord> records = new ArrayList<>(sets.size());
        return new LogGroup(at, addSets(records, at, firstSequence, sets) - at, records);
    }

    /** Sets that an outcome commits or drops. */
    LogGroup prepared(long at, long committedSequence, BranchId branch, List<PendingSet> sets) {
        List<LogRecord> records = new ArrayList<>(sets.size() + 1);
        long setsAt = open(records, at, committedSequence, branch, time.millis());
        return new LogGroup(at, addSets(records, setsAt, 0, sets) - at, records);
    }

    /** The same at another place. */
    LogGroup copy(long at, long committedSequence, PreparedGroup original) {
        List<LogRecord> records = new ArrayList<>(original.sets().size() + 1);
        long recordAt = open(records, at, committedSequence, original.branch(), original.preparedAtMillis());
        for (LogRecord set : original.sets()) {
            records.add(new LogRecord(
                    set.kind(),
                    epoch,
                    recordAt,
                    0,
                    set.timestampMillis(),
                    set.payloadVersion(),
                    set.reference(),
                    set.payload()));
            recordAt += set.lengthBytes();
        }
        return new LogGroup(at, recordAt - at, records);
    }

    private long open(
            List<LogRecord> records, long at, long committedSequence, BranchId branch, long preparedAtMillis) {
        LogRecord opening = new LogRecord(
                RecordKind.PREPARED, epoch, at, committedSequence, preparedAtMillis, 0, 0, branch.encode());
        records.add(opening);
        return at + opening.lengthBytes();
    }

    private long addSets(List<LogRecord> records, long at, long firstSequence, List<PendingSet> sets) {
        long recordAt = at;
        long sequence = firstSequence;
        long now = time.millis();
        for (PendingSet set : sets) {
            LogRecord record = new LogRecord(
                    set.kind(), epoch, recordAt, sequence, now, set.payloadVersion(), reference(set), set.payload());
            records.add(record);
            recordAt += record.lengthBytes();
            sequence += firstSequence == 0 ? 0 : 1;
        }
        return recordAt;
    }

    private static long reference(PendingSet set) {
        if (!set.isBase()) {
            return 0;
        }
        return set.coversAll() ? set.expectedSequence() | RecordFormat.COVERS_OWN_GROUP : set.coversSequence();
    }

    /** What became of a prepared group, by its transaction manager or by an administrator. */
    LogGroup outcome(RecordKind kind, long at, long sequence, int setCount, long preparedAt, BranchId branch) {
        return single(kind, at, sequence, setCount, preparedAt, branch.encode());
    }

    /** What opens the epoch. */
    LogGroup seal(long at, long committedSequence, byte[] instanceName) {
        return single(RecordKind.SEAL, at, committedSequence, 0, 0, instanceName);
    }

    private LogGroup single(
            RecordKind kind, long at, long sequence, int payloadVersion, long reference, byte[] payload) {
        LogRecord record = new LogRecord(kind, epoch, at, sequence, time.millis(), payloadVersion, reference, payload);
        return new LogGroup(at, record.lengthBytes(), List.of(record));
    }

    /** A range without content: a filler or a void. */
    LogGroup skip(RecordKind kind, long at, long committedSequence, long lengthBytes) {
        return single(kind, at, committedSequence, 0, lengthBytes, NOTHING);
    }
}
