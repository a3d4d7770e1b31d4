package org.pmuconnector.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Reads groups from a position on until the first that is not valid. A record is valid under the salt of the epoch that
 * its position falls into, so that nothing of a former lap or epoch, nor a payload made to look like a record, is ever
 * taken for one.
 *
 * <p>Reads ahead in growing pieces: a poll that finds nothing costs a small read, a recovery few large ones. What was
 * read ahead and was not valid is read anew the next time.
 *
 * <p>One thread at a time.
 */
public final class LogReader {

    /** Enough for a set of 4 KiB and its header. */
    private static final int SMALLEST_READ_BYTES = 8 << 10;

    private static final int LARGEST_READ_BYTES = 1 << 20;

    /** How much more is read the next time: a log that is not over yet may go on for long. */
    private static final int READ_GROWTH = 4;

    /** The epoch that a position falls into, and where the next one begins. */
    private record Reign(EpochStart epoch, long endPosition, boolean isNewest) {}

    private final RegionMemory memory;
    private final LogGeometry geometry;
    private final LaterRecords laterRecords;
    private final RecordFormat format = new RecordFormat();
    private List<EpochStart> epochs;
    private long position;
    private long batchPosition = -1;

    /** On the heap, where it costs least to copy payloads out of it. */
    private ByteBuffer ahead = ByteBuffer.allocate(SMALLEST_READ_BYTES).limit(0);

    private long aheadPosition;
    private int nextReadBytes = SMALLEST_READ_BYTES;

    /**
     * A reader of a region.
     *
     * @param epochs where each epoch that may be in the ring begins, oldest first
     * @param position where a group begins
     */
    public LogReader(RegionMemory memory, LogGeometry geometry, List<EpochStart> epochs, long position) {
        this.memory = memory;
        this.geometry = geometry;
        this.laterRecords = new LaterRecords(memory, geometry);
        this.epochs = List.copyOf(epochs);
        this.position = position;
    }

    /** Where the next group is expected. */
    public long position() {
        return position;
    }

    /** Where the batch of the group read last begins, -1 if that is not known: before it everything was acknowledged. */
    long batchPosition() {
        return batchPosition;
    }

    /** Replaces what is known of the epochs; true if that changes anything. */
    public boolean refreshEpochs(List<EpochStart> newest) {
        boolean changed = !epochs.equals(newest);
        epochs = List.copyOf(newest);
        return changed;
    }

    /** Goes to where a group begins. */
    public void seek(long newPosition) {
        position = newPosition;
        forgetAhead();
    }

    /**
     * The next group.
     *
     * @return null at the log's end, as far as it can be told from here: the writer may just be adding to it, or may have
     *     freed this part and be writing over it
     * @throws PmuException {@code UNIT_FORMAT_UNSUPPORTED} if a later release wrote it; what the memory throws
     */
    public LogGroup next() throws PmuException {
        Reign reign = reignAt(position);
        if (reign == null) {
            return null;
        }
        boolean fresh = ensureAhead(RecordFormat.HEADER_BYTES);
        LogGroup group = parse(reign);
        if (group == null && !fresh) {
            // What was read ahead may be older than the group.
            group = parseAnew(reign);
        }
        if (group == null) {
            nextReadBytes = SMALLEST_READ_BYTES;
            return null;
        }
        position = group.endPosition();
        return group;
    }

    private LogGroup parseAnew(Reign reign) throws PmuException {
        forgetAhead();
        // Most likely this is the log's end.
        nextReadBytes = SMALLEST_READ_BYTES;
        ensureAhead(RecordFormat.HEADER_BYTES);
        return parse(reign);
    }

    private LogGroup parse(Reign reign) throws PmuException {
        int at = indexOf(position);
        if (!isHeader(at, reign.epoch, position)) {
            return null;
        }
        int recordBytes = ahead.getInt(at + RecordFormat.GROUP_BYTES_AT);
        if (!isPlausibleLength(
                recordBytes, Math.min(geometry.contiguousBytes(position), geometry.longestGroupBytes()))) {
            return null;
        }
        ensureAhead(recordBytes);
        List<LogRecord> records = parseRecords(reign.epoch, recordBytes);
        if (records == null) {
            return null;
        }
        LogRecord first = records.get(0);
        long groupBytes = first.kind().isSkip() ? first.lengthBytes() : recordBytes;
        if (!isPlausibleLength(groupBytes, Math.min(geometry.capacityBytes(), reign.endPosition - position))) {
            return null;
        }
        batchPosition = RecordFormat.batchPosition(ahead, indexOf(position));
        return new LogGroup(position, groupBytes, records);
    }

    private static boolean isPlausibleLength(long lengthBytes, long mostBytes) {
        return lengthBytes >= RecordFormat.HEADER_BYTES
                && lengthBytes % LogGeometry.ALIGNMENT_BYTES == 0
                && lengthBytes <= mostBytes;
    }

    private List<LogRecord> parseRecords(EpochStart epoch, int groupBytes) throws PmuException {
        LogRecord first = parseRecord(epoch, 0, groupBytes);
        if (first == null || !mayBegin(first, groupBytes)) {
            return null;
        }
        long parsedBytes = RecordFormat.recordBytes(first.payload().length);
        if (parsedBytes == groupBytes) {
            return List.of(first);
        }
        List<LogRecord> records = new ArrayList<>();
        records.add(first);
        while (parsedBytes < groupBytes) {
            LogRecord record = parseRecord(epoch, (int) parsedBytes, groupBytes);
            // Sets follow sets or what opens a prepared group.
            if (record == null || !record.kind().isSet()) {
                return null;
            }
            records.add(record);
            parsedBytes += RecordFormat.recordBytes(record.payload().length);
        }
        return Collections.unmodifiableList(records);
    }

    /** The record so many bytes behind the position, in a group that begins there; null if it is not valid. */
    private LogRecord parseRecord(EpochStart epoch, int offsetBytes, int groupBytes) throws PmuException {
        int at = indexOf(position) + offsetBytes;
        if (!isHeader(at, epoch, position + offsetBytes)
                || ahead.getInt(at + RecordFormat.GROUP_BYTES_AT) != groupBytes) {
            return null;
        }
        int payloadBytes = ahead.getInt(at + RecordFormat.PAYLOAD_LENGTH_AT);
        if (payloadBytes < 0
                || RecordFormat.recordBytes(payloadBytes) > groupBytes - offsetBytes
                || !format.isIntact(ahead, at, epoch.salt(), payloadBytes)) {
            return null;
        }
        requireKnown(at);
        return record(at, payloadBytes);
    }

    /** Whether a group may begin with it: most kinds stand alone. */
    private static boolean mayBegin(LogRecord record, int groupBytes) {
        int payloadBytes = record.payload().length;
        return switch (record.kind()) {
            case SET, BASE, PREPARED -> true;
            case OUTCOME, HEURISTIC, SEAL -> groupBytes == RecordFormat.recordBytes(payloadBytes);
            case VOID, FILLER -> groupBytes == RecordFormat.HEADER_BYTES && payloadBytes == 0;
        };
    }

    /** Whether all is as it must be that tells a record of this place and epoch from anything else, but its checksum. */
    private boolean isHeader(int at, EpochStart epoch, long expectedPosition) {
        return at + RecordFormat.HEADER_BYTES <= ahead.limit()
                && RecordFormat.isHeader(ahead, at, epoch.epoch(), expectedPosition);
    }

    private boolean isKnown(int at) {
        return ahead.get(at + RecordFormat.VERSION_AT) == RecordFormat.VERSION && kindAt(at) != null;
    }

    private RecordKind kindAt(int at) {
        return RecordKind.ofCode(ahead.get(at + RecordFormat.KIND_AT));
    }

    /** An intact record of another version or kind is no damage and not the log's end: it must not be passed over. */
    private void requireKnown(int at) throws PmuException {
        if (!isKnown(at)) {
            throw new PmuException(
                    ErrorCode.UNIT_FORMAT_UNSUPPORTED,
                    "the record at log position " + ahead.getLong(at + RecordFormat.POSITION_AT)
                            + " was written by another release (record version "
                            + (ahead.get(at + RecordFormat.VERSION_AT) & 0xFF) + ", kind "
                            + (ahead.get(at + RecordFormat.KIND_AT) & 0xFF)
                            + "); read it with that release or a later one");
        }
    }

    private LogRecord record(int at, int payloadBytes) {
        int payloadAt = at + RecordFormat.HEADER_BYTES;
        return new LogRecord(
                kindAt(at),
                ahead.getLong(at + RecordFormat.EPOCH_AT),
                ahead.getLong(at + RecordFormat.POSITION_AT),
                ahead.getLong(at + RecordFormat.SEQUENCE_AT),
                ahead.getLong(at + RecordFormat.TIMESTAMP_AT),
                ahead.getInt(at + RecordFormat.PAYLOAD_VERSION_AT),
                ahead.getLong(at + RecordFormat.REFERENCE_AT),
                Arrays.copyOfRange(ahead.array(), payloadAt, payloadAt + payloadBytes));
    }

    /**
     * Whether the position where {@link #next()} found nothing once held something acknowledged, which has been damaged
     * since: a later epoch begins behind it, or a record behind it was written when it had been acknowledged. Looks a
     * megabyte ahead, and reads a part of the log anew, so that a writer at work is not taken for damage; the caller makes
     * sure that this part has not been freed meanwhile.
     */
    public boolean isDamagedHere() throws PmuException {
        return isDamaged(LaterRecords.FAR_BYTES);
    }

    /** The same at less cost, which sees less: looks only if what has been read anyway gives reason to. */
    boolean isDamagedNear() throws PmuException {
        Reign reign = reignAt(position);
        boolean reason =
                reign == null || !reign.isNewest || LaterRecords.isSuspect(ahead, aheadPosition, reign.epoch, position);
        return reason && isDamaged(LaterRecords.NEAR_BYTES);
    }

    private boolean isDamaged(long reachBytes) throws PmuException {
        Reign reign = reignAt(position);
        if (reign == null) {
            // Every position that is not freed belongs to an epoch from the first one's beginning on.
            return !epochs.isEmpty();
        }
        if (reign.isNewest && !laterRecords.existBehind(position, reign.epoch, reachBytes)) {
            return false;
        }
        // What proves that it was there came before this second look: if it is not valid now, it never will be.
        return isInvalidNow();
    }

    /** Whether there is no valid group at the position, read anew. */
    boolean isInvalidNow() throws PmuException {
        Reign reign = reignAt(position);
        return reign == null || parseAnew(reign) == null;
    }

    private Reign reignAt(long at) {
        long endPosition = Long.MAX_VALUE;
        for (int i = epochs.size() - 1; i >= 0; i--) {
            EpochStart epoch = epochs.get(i);
            if (epoch.startPosition() <= at) {
                return new Reign(epoch, endPosition, endPosition == Long.MAX_VALUE);
            }
            endPosition = epoch.startPosition();
        }
        return null;
    }

    private int indexOf(long logPosition) {
        return (int) (logPosition - aheadPosition);
    }

    private void forgetAhead() {
        ahead.limit(0);
        aheadPosition = position;
    }

    /** Makes so many bytes from the position on available, or as many as are contiguous; true if it had to read. */
    private boolean ensureAhead(int neededBytes) throws PmuException {
        long offsetAhead = position - aheadPosition;
        if (offsetAhead >= 0 && offsetAhead + neededBytes <= ahead.limit()) {
            return false;
        }
        long wanted = Math.max(neededBytes, nextReadBytes);
        int readBytes = (int) Math.min(wanted, geometry.contiguousBytes(position));
        forgetAhead();
        boolean tooSmall = ahead.capacity() < readBytes;
        boolean tooLarge = ahead.capacity() > LARGEST_READ_BYTES && readBytes <= LARGEST_READ_BYTES;
        if (tooSmall || tooLarge) {
            ahead = ByteBuffer.allocate(readBytes).limit(0);
        }
        ByteBuffer sink = ahead.duplicate().position(0).limit(readBytes);
        memory.read(geometry.offset(position), sink);
        ahead.limit(readBytes);
        nextReadBytes = Math.min(nextReadBytes * READ_GROWTH, LARGEST_READ_BYTES);
        return true;
    }
}
