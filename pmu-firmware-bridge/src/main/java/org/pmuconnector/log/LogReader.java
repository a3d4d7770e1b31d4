package org.pmuconnector.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.model.EpochStart;
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

    private static final int SMALLEST_READ_BYTES = 4 << 10;
    private static final int LARGEST_READ_BYTES = 1 << 20;

    private final RegionMemory memory;
    private final LogGeometry geometry;
    private final RecordFormat format = new RecordFormat();
    private List<EpochStart> epochs;
    private long position;

    private ByteBuffer ahead = ByteBuffer.allocateDirect(SMALLEST_READ_BYTES).limit(0);
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
        this.epochs = List.copyOf(epochs);
        this.position = position;
    }

    /** Where the next group is expected. */
    public long position() {
        return position;
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
     */
    public LogGroup next() throws PmuException {
        EpochStart epoch = epochAt(position);
        if (epoch == null) {
            return null;
        }
        LogGroup group = read(epoch);
        if (group == null) {
            return null;
        }
        position = group.endPosition();
        return group;
    }

    private LogGroup read(EpochStart epoch) throws PmuException {
        boolean fresh = ensureAhead(RecordFormat.HEADER_BYTES);
        LogGroup group = parse(epoch);
        if (group == null && !fresh) {
            // What was read ahead may be older than the group.
            forgetAhead();
            ensureAhead(RecordFormat.HEADER_BYTES);
            group = parse(epoch);
        }
        if (group == null) {
            nextReadBytes = SMALLEST_READ_BYTES;
        }
        return group;
    }

    private LogGroup parse(EpochStart epoch) throws PmuException {
        int at = (int) (position - aheadPosition);
        RecordKind kind = headerKind(at, epoch, position);
        if (kind == null) {
            return null;
        }
        long groupBytes = ahead.getInt(at + RecordFormat.GROUP_BYTES_AT);
        if (kind.isSkip()) {
            long skipBytes = ahead.getLong(at + RecordFormat.REFERENCE_AT);
            boolean plausible = skipBytes >= RecordFormat.HEADER_BYTES
                    && skipBytes % LogGeometry.ALIGNMENT_BYTES == 0
                    && skipBytes <= geometry.capacityBytes()
                    && ahead.getInt(at + RecordFormat.PAYLOAD_LENGTH_AT) == 0;
            if (!plausible || !format.isIntact(ahead, at, epoch.salt(), 0)) {
                return null;
            }
            return new LogGroup(position, skipBytes, List.of(record(at, kind, 0)));
        }
        if (groupBytes < RecordFormat.HEADER_BYTES
                || groupBytes % LogGeometry.ALIGNMENT_BYTES != 0
                || groupBytes > geometry.contiguousBytes(position)) {
            return null;
        }
        ensureAhead((int) groupBytes);
        return parseRecords(epoch, (int) groupBytes);
    }

    private LogGroup parseRecords(EpochStart epoch, int groupBytes) {
        int start = (int) (position - aheadPosition);
        int end = start + groupBytes;
        List<LogRecord> records = new ArrayList<>(2);
        int at = start;
        while (at < end) {
            RecordKind kind = headerKind(at, epoch, position + at - start);
            if (kind == null || kind.isSkip() || ahead.getInt(at + RecordFormat.GROUP_BYTES_AT) != groupBytes) {
                return null;
            }
            long payloadBytes = ahead.getInt(at + RecordFormat.PAYLOAD_LENGTH_AT);
            if (payloadBytes < 0 || RecordFormat.recordBytes(payloadBytes) > end - at) {
                return null;
            }
            if (!format.isIntact(ahead, at, epoch.salt(), (int) payloadBytes)
                    || !belongs(kind, records, payloadBytes)) {
                return null;
            }
            records.add(record(at, kind, (int) payloadBytes));
            at += (int) RecordFormat.recordBytes(payloadBytes);
        }
        return new LogGroup(position, groupBytes, List.copyOf(records));
    }

    /** Sets follow sets or what opens a prepared group; every other kind stands alone. */
    private static boolean belongs(RecordKind kind, List<LogRecord> before, long payloadBytes) {
        if (before.isEmpty()) {
            return kind != RecordKind.PREPARED || payloadBytes > 0;
        }
        RecordKind first = before.get(0).kind();
        return kind.isSet() && (first.isSet() || first == RecordKind.PREPARED);
    }

    /** The kind of the header at an index, null unless all but its checksum and lengths is as it must be. */
    private RecordKind headerKind(int at, EpochStart epoch, long expectedPosition) {
        boolean plausible = at + RecordFormat.HEADER_BYTES <= ahead.limit()
                && ahead.getInt(at + RecordFormat.MAGIC_AT) == RecordFormat.MAGIC
                && ahead.get(at + RecordFormat.VERSION_AT) == RecordFormat.VERSION
                && ahead.getLong(at + RecordFormat.EPOCH_AT) == epoch.epoch()
                && ahead.getLong(at + RecordFormat.POSITION_AT) == expectedPosition;
        return plausible ? RecordKind.ofCode(ahead.get(at + RecordFormat.KIND_AT)) : null;
    }

    private LogRecord record(int at, RecordKind kind, int payloadBytes) {
        byte[] payload = new byte[payloadBytes];
        ahead.get(at + RecordFormat.HEADER_BYTES, payload);
        return new LogRecord(
                kind,
                ahead.getLong(at + RecordFormat.EPOCH_AT),
                ahead.getLong(at + RecordFormat.POSITION_AT),
                ahead.getLong(at + RecordFormat.SEQUENCE_AT),
                ahead.getLong(at + RecordFormat.TIMESTAMP_AT),
                ahead.getInt(at + RecordFormat.PAYLOAD_VERSION_AT),
                ahead.getLong(at + RecordFormat.REFERENCE_AT),
                payload);
    }

    /**
     * Whether the position where {@link #next()} found nothing once held something acknowledged, which has been damaged
     * since: a later epoch begins behind it, or a record behind it was written when it had been acknowledged. Reads a
     * part of the log anew, so that a writer at work is not taken for damage; the caller makes sure that this part has
     * not been freed meanwhile.
     */
    public boolean isDamagedHere() throws PmuException {
        EpochStart epoch = epochAt(position);
        if (epoch == null) {
            return false;
        }
        if (epochs.get(epochs.size() - 1).startPosition() <= position) {
            forgetAhead();
            nextReadBytes = LARGEST_READ_BYTES;
            ensureAhead(RecordFormat.HEADER_BYTES);
            if (!hasLaterRecord(epoch)) {
                return false;
            }
        }
        // What proves it was there before this second look: if the group is not valid now, it never will be.
        forgetAhead();
        ensureAhead(RecordFormat.HEADER_BYTES);
        return parse(epoch) == null;
    }

    private boolean hasLaterRecord(EpochStart epoch) {
        int at = (int) (position - aheadPosition) + LogGeometry.ALIGNMENT_BYTES;
        while (at + RecordFormat.HEADER_BYTES <= ahead.limit()) {
            RecordKind kind = headerKind(at, epoch, aheadPosition + at);
            if (kind != null && RecordFormat.batchPosition(ahead, at) > position) {
                int payloadBytes = ahead.getInt(at + RecordFormat.PAYLOAD_LENGTH_AT);
                boolean whole = payloadBytes >= 0 && at + RecordFormat.recordBytes(payloadBytes) <= ahead.limit();
                if (whole && format.isIntact(ahead, at, epoch.salt(), payloadBytes)) {
                    return true;
                }
            }
            at += LogGeometry.ALIGNMENT_BYTES;
        }
        return false;
    }

    private EpochStart epochAt(long at) {
        for (int i = epochs.size() - 1; i >= 0; i--) {
            if (epochs.get(i).startPosition() <= at) {
                return epochs.get(i);
            }
        }
        return null;
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
        if (ahead.capacity() < readBytes) {
            ahead = ByteBuffer.allocateDirect(readBytes);
        }
        ahead.limit(0);
        aheadPosition = position;
        ByteBuffer sink = ahead.duplicate().position(0).limit(readBytes);
        memory.read(geometry.offset(position), sink);
        ahead.limit(readBytes);
        nextReadBytes = Math.min(nextReadBytes * 2, LARGEST_READ_BYTES);
        return true;
    }
}
