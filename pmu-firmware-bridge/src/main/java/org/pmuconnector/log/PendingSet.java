package org.pmuconnector.log;

/**
 * A set that a transaction is to commit.
 *
 * @param kind {@link RecordKind#SET} or {@link RecordKind#BASE}
 * @param payload the content; belongs to the log from now on
 * @param payloadVersion the application's, 0 or more
 * @param coversSequence of a base, the newest sequence that it includes; {@link #ALL} for all that was committed when it
 *     was made and its transaction's earlier sets
 * @param expectedSequence where it covers all: the newest committed sequence when it was made
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, never compared
public record PendingSet(
        RecordKind kind, byte[] payload, int payloadVersion, long coversSequence, long expectedSequence) {

    /** Covers all that was committed when the base was made, and its transaction's earlier sets. */
    public static final long ALL = -1;

    /** Checks the fields against each other. */
    public PendingSet {
        if (!kind.isSet()) {
            throw new IllegalArgumentException(kind + " is not a set");
        }
        if (payloadVersion < 0) {
            throw new IllegalArgumentException("payload version " + payloadVersion + " is negative");
        }
        if (coversSequence < ALL || expectedSequence < 0) {
            throw new IllegalArgumentException(
                    "sequence " + Math.min(coversSequence, expectedSequence) + " is negative");
        }
    }

    /** An update. */
    public static PendingSet update(byte[] payload, int payloadVersion) {
        return new PendingSet(RecordKind.SET, payload, payloadVersion, 0, 0);
    }

    /** A base that covers the sets up to a sequence. */
    public static PendingSet base(byte[] payload, int payloadVersion, long coversSequence) {
        if (coversSequence < 0) {
            throw new IllegalArgumentException("covered sequence " + coversSequence + " is negative");
        }
        return new PendingSet(RecordKind.BASE, payload, payloadVersion, coversSequence, 0);
    }

    /** A base that covers all, provided that nothing else commits after the sequence given. */
    public static PendingSet baseOfAll(byte[] payload, int payloadVersion, long expectedSequence) {
        return new PendingSet(RecordKind.BASE, payload, payloadVersion, ALL, expectedSequence);
    }

    boolean isBase() {
        return kind == RecordKind.BASE;
    }

    boolean coversAll() {
        return isBase() && coversSequence == ALL;
    }
}
