package org.pmuconnector.checkpoint;

import java.time.Instant;
import java.util.Objects;

/**
 * One set of checkpoint data as it was committed. The payload array belongs to whoever received the object: the adapter
 * keeps no reference to it.
 */
public final class Checkpoint {

    /** What a set means to those before it. */
    public enum Kind {
        /** The complete state: forget what you hold and start from this. */
        BASE,
        /** A change on top of all sets before it. */
        UPDATE
    }

    private final String region;
    private final long epoch;
    private final long sequence;
    private final Instant time;
    private final Kind kind;
    private final int payloadVersion;
    private final byte[] payload;

    /** Takes ownership of the payload. */
    public Checkpoint(
            String region, long epoch, long sequence, Instant time, Kind kind, int payloadVersion, byte[] payload) {
        this.region = Objects.requireNonNull(region);
        this.epoch = epoch;
        this.sequence = sequence;
        this.time = Objects.requireNonNull(time);
        this.kind = Objects.requireNonNull(kind);
        this.payloadVersion = payloadVersion;
        this.payload = Objects.requireNonNull(payload);
    }

    /** The region's name. */
    public String region() {
        return region;
    }

    /** The epoch of the primary that wrote it; never falls from one set to the next. */
    public long epoch() {
        return epoch;
    }

    /**
     * Its place in commit order, from 1 without gaps. A base has a place of its own and replaces the updates up to the
     * sequence that it covers.
     */
    public long sequence() {
        return sequence;
    }

    /** When the primary wrote it, by the primary's clock: information, never used in a decision. */
    public Instant time() {
        return time;
    }

    /** Whether it is a complete state or a change. */
    public Kind kind() {
        return kind;
    }

    /** The version of the payload's encoding that the writer named. */
    public int payloadVersion() {
        return payloadVersion;
    }

    /** The bytes that were stored. */
    public byte[] payload() {
        return payload;
    }

    @Override
    public String toString() {
        return kind + " " + sequence + " of region " + region + " (epoch " + epoch + ", " + payload.length + " bytes)";
    }
}
