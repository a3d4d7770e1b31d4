package org.pmuconnector.log;

/**
 * One record as it stands in the log. See {@link RecordFormat} for what each field means for each kind.
 *
 * @param kind what it is
 * @param epoch the epoch of the primary that wrote it
 * @param position where it begins in the log, in bytes
 * @param sequence see the format
 * @param timestampMillis milliseconds since 1970 by the writer's clock
 * @param payloadVersion see the format
 * @param reference see the format
 * @param payload the content, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by identity only; a copy of each payload would cost the hot path
public record LogRecord(
        RecordKind kind,
        long epoch,
        long position,
        long sequence,
        long timestampMillis,
        int payloadVersion,
        long reference,
        byte[] payload) {

    /** The bytes it takes in the log. */
    public long lengthBytes() {
        return kind.isSkip() ? reference : RecordFormat.recordBytes(payload.length);
    }
}
