package org.pmuconnector.log;

/** What a record is. The codes are part of the durable format. */
public enum RecordKind {
    /** A set: one update, committed with its group, or with the outcome of a prepared group. */
    SET(1),
    /** A set that holds the whole state. */
    BASE(2),
    /** Opens a group that waits for its outcome; the payload names the branch. */
    PREPARED(3),
    /** The outcome of a prepared group. */
    OUTCOME(4),
    /** The outcome of a prepared group as an administrator decided it. */
    HEURISTIC(5),
    /** A range that a failed connection left undecided and that holds nothing. */
    VOID(6),
    /** The unused rest of an extent. */
    FILLER(7),
    /** The first record of an epoch. */
    SEAL(8);

    private static final RecordKind[] BY_CODE = new RecordKind[9];

    static {
        for (RecordKind kind : values()) {
            BY_CODE[kind.code] = kind;
        }
    }

    private final int code;

    RecordKind(int code) {
        this.code = code;
    }

    /** The byte that stands for it. */
    public int code() {
        return code;
    }

    /** The kind of a code, null for one that this format version does not know. */
    static RecordKind ofCode(int code) {
        return code > 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    /** Whether it stands for a range without content: its checksum covers the header alone. */
    public boolean isSkip() {
        return this == VOID || this == FILLER;
    }

    /** Whether it carries a set. */
    public boolean isSet() {
        return this == SET || this == BASE;
    }

    /** Whether it settles a prepared group. */
    public boolean isOutcome() {
        return this == OUTCOME || this == HEURISTIC;
    }
}
