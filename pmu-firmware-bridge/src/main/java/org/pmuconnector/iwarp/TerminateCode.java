package org.pmuconnector.iwarp;

/**
 * Why a stream is terminated: layer, error type and error code of a Terminate message (RFC 5040, section 4.8; RFC 5041,
 * section 8.1; RFC 5044, section 8; RFC 6581, section 8).
 */
public enum TerminateCode {
    /** A failure of the terminating side itself. */
    RDMAP_LOCAL_CATASTROPHIC(0, 0, 0x00, Kind.BARE, "local catastrophic error"),

    /** A Read Request names no valid key. */
    RDMAP_INVALID_STAG(0, 1, 0x00, Kind.PROTECTION, "invalid steering tag"),
    /** A Read Request's range is not within the key's. */
    RDMAP_BASE_OR_BOUNDS(0, 1, 0x01, Kind.PROTECTION, "base or bounds violation"),
    /** The key does not grant this access; of Writes, too. */
    RDMAP_ACCESS_RIGHTS(0, 1, 0x02, Kind.PROTECTION, "access rights violation"),
    /** A Read Request names another stream's key. */
    RDMAP_STAG_NOT_ASSOCIATED(0, 1, 0x03, Kind.PROTECTION, "steering tag not associated with the stream"),
    /** A Read Request's offset plus length exceeds 64 bits. */
    RDMAP_TAGGED_OFFSET_WRAP(0, 1, 0x04, Kind.PROTECTION, "tagged offset wrap"),
    /** Invalidation is not for peers. */
    RDMAP_STAG_NOT_INVALIDATED(0, 1, 0x09, Kind.PROTECTION, "steering tag cannot be invalidated"),
    /** Another refusal of an access. */
    RDMAP_PROTECTION_UNSPECIFIED(0, 1, 0xFF, Kind.PROTECTION, "unspecified protection error"),

    /** The RDMAP version is not 1. */
    RDMAP_VERSION(0, 2, 0x05, Kind.BARE, "invalid RDMAP version"),
    /** The opcode is unknown, or not for this queue, model or side. */
    RDMAP_UNEXPECTED_OPCODE(0, 2, 0x06, Kind.WITH_HEADERS, "unexpected opcode"),
    /** The stream cannot go on. */
    RDMAP_STREAM_CATASTROPHIC(0, 2, 0x07, Kind.BARE, "catastrophic error of the stream"),
    /** No stream can go on. */
    RDMAP_GLOBAL_CATASTROPHIC(0, 2, 0x08, Kind.BARE, "global catastrophic error"),
    /** As said. */
    RDMAP_OPERATION_NOT_INVALIDATED(0, 2, 0x09, Kind.WITH_HEADERS, "steering tag cannot be invalidated"),
    /** Another error of an operation. */
    RDMAP_OPERATION_UNSPECIFIED(0, 2, 0xFF, Kind.BARE, "unspecified operation error"),

    /** A segment that is too short to be one. */
    DDP_LOCAL_CATASTROPHIC(1, 0, 0x00, Kind.BARE, "local catastrophic error"),
    /** A tagged segment names no valid key. */
    DDP_TAGGED_INVALID_STAG(1, 1, 0x00, Kind.PROTECTION, "invalid steering tag"),
    /** A tagged segment's range is not within the key's. */
    DDP_TAGGED_BASE_OR_BOUNDS(1, 1, 0x01, Kind.PROTECTION, "base or bounds violation"),
    /** A tagged segment names another stream's key. */
    DDP_TAGGED_STAG_NOT_ASSOCIATED(1, 1, 0x02, Kind.PROTECTION, "steering tag not associated with the stream"),
    /** A tagged segment's offset plus length exceeds 64 bits. */
    DDP_TAGGED_OFFSET_WRAP(1, 1, 0x03, Kind.PROTECTION, "tagged offset wrap"),
    /** The DDP version of a tagged segment is not 1. */
    DDP_TAGGED_VERSION(1, 1, 0x04, Kind.BARE, "invalid DDP version"),

    /** No such queue. */
    DDP_UNTAGGED_QUEUE(1, 2, 0x01, Kind.WITH_HEADERS, "invalid queue number"),
    /** More messages than buffers. */
    DDP_UNTAGGED_NO_BUFFER(1, 2, 0x02, Kind.WITH_HEADERS, "no buffer available"),
    /** Not the next message sequence number. */
    DDP_UNTAGGED_SEQUENCE(1, 2, 0x03, Kind.WITH_HEADERS, "message sequence number out of range"),
    /** Not the next message offset. */
    DDP_UNTAGGED_OFFSET(1, 2, 0x04, Kind.WITH_HEADERS, "invalid message offset"),
    /** Longer than the buffer. */
    DDP_UNTAGGED_TOO_LONG(1, 2, 0x05, Kind.WITH_HEADERS, "message too long for the buffer"),
    /** The DDP version of an untagged segment is not 1. */
    DDP_UNTAGGED_VERSION(1, 2, 0x06, Kind.BARE, "invalid DDP version"),

    /** The TCP connection was closed, lost or timed out. */
    MPA_CONNECTION_LOST(2, 0, 0x01, Kind.BARE, "connection closed, terminated or lost"),
    /** The CRC does not fit the frame. */
    MPA_CRC(2, 0, 0x02, Kind.BARE, "CRC error"),
    /** Markers and lengths disagree. */
    MPA_MARKER(2, 0, 0x03, Kind.BARE, "marker and length fields do not match"),
    /** Not a valid start-up frame. */
    MPA_STARTUP(2, 0, 0x04, Kind.BARE, "invalid start-up frame"),
    /** A failure of the terminating side itself. */
    MPA_LOCAL_CATASTROPHIC(2, 0, 0x05, Kind.BARE, "local catastrophic error"),
    /** Too few outstanding reads offered. */
    MPA_INSUFFICIENT_IRD(2, 0, 0x06, Kind.BARE, "insufficient IRD resources"),
    /** No way to say ready-to-receive in common. */
    MPA_NO_MATCHING_RTR(2, 0, 0x07, Kind.BARE, "no matching RTR option");

    private static final String[] LAYERS = {"RDMAP", "DDP", "MPA"};

    private final int layer;
    private final int errorType;
    private final int errorCode;
    private final Kind kind;
    private final String description;

    /** What goes with the code in the message. */
    private enum Kind {
        /** Nothing: there is no segment, or its header cannot be trusted. */
        BARE,
        /** The offending segment's headers. */
        WITH_HEADERS,
        /** The offending segment's headers; the tables refused the access. */
        PROTECTION
    }

    TerminateCode(int layer, int errorType, int errorCode, Kind kind, String description) {
        this.layer = layer;
        this.errorType = errorType;
        this.errorCode = errorCode;
        this.kind = kind;
        this.description = description;
    }

    /** 0 RDMAP, 1 DDP, 2 MPA. */
    public int layer() {
        return layer;
    }

    /** 0 to 15; its meaning depends on the layer. */
    public int errorType() {
        return errorType;
    }

    /** 0 to 255; its meaning depends on layer and type. */
    public int errorCode() {
        return errorCode;
    }

    /** Whether the message carries the offending segment's headers. */
    public boolean carriesHeaders() {
        return kind != Kind.BARE;
    }

    /** Whether the tables refused an access, rather than that a peer broke the protocol. */
    public boolean isProtectionFault() {
        return kind == Kind.PROTECTION;
    }

    /** For messages to people, with the numbers. */
    public String text() {
        return text(layer, errorType, errorCode, description);
    }

    /** The code of those numbers, or null if none is known. */
    public static TerminateCode of(int layer, int errorType, int errorCode) {
        for (TerminateCode code : values()) {
            if (code.layer == layer && code.errorType == errorType && code.errorCode == errorCode) {
                return code;
            }
        }
        return null;
    }

    static String text(int layer, int errorType, int errorCode, String description) {
        String name = layer < LAYERS.length ? LAYERS[layer] : "unknown layer";
        return name + " " + description + " (layer " + layer + ", type " + errorType + ", code " + errorCode + ")";
    }
}
