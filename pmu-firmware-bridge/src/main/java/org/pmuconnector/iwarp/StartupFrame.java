package org.pmuconnector.iwarp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * The frames that open an MPA stream: the initiator's request, then the responder's reply (RFC 5044, section 7.1; RFC
 * 6581, section 4). Immutable.
 *
 * <pre>
 *  0 key: "MPA ID Req Frame" or "MPA ID Rep Frame" (16)
 * 16 M markers | C CRC | R rejected | S enhanced | 0000   (8)
 * 17 revision (8)
 * 18 length of what follows, 0 to 512 (16)
 * 20 if enhanced: A peer to peer | B ready by FPDU | IRD (14)
 * 22 if enhanced: C ready by Write | D ready by Read | ORD (14)
 * .. private data
 * </pre>
 */
public final class StartupFrame {

    /** Key, flags, revision and length. */
    public static final int HEADER_LENGTH_BYTES = 20;

    /** The longest private data, the enhanced part included. */
    public static final int MAX_PRIVATE_DATA_LENGTH_BYTES = 512;

    /** The longest frame. */
    public static final int MAX_LENGTH_BYTES = HEADER_LENGTH_BYTES + MAX_PRIVATE_DATA_LENGTH_BYTES;

    /** The largest IRD or ORD; it says that the number is not negotiated here. */
    public static final int READS_NOT_NEGOTIATED = 0x3FFF;

    private static final byte[] REQUEST_KEY = "MPA ID Req Frame".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] REPLY_KEY = "MPA ID Rep Frame".getBytes(StandardCharsets.US_ASCII);
    private static final int MARKERS_FLAG = 0x80;
    private static final int CRC_FLAG = 0x40;
    private static final int REJECTED_FLAG = 0x20;
    private static final int ENHANCED_FLAG = 0x10;
    private static final int FIRST_READY_FLAG = 0x8000;
    private static final int SECOND_READY_FLAG = 0x4000;
    private static final int ENHANCED_LENGTH_BYTES = 4;

    private final Kind kind;
    private final int flags;
    private final int revision;
    private final int inboundReadsWord;
    private final int outboundReadsWord;
    private final byte[] privateData;

    /** Whose frame it is. */
    public enum Kind {
        /** The initiator's. */
        REQUEST,
        /** The responder's. */
        REPLY
    }

    private StartupFrame(
            Kind kind, int flags, int revision, int inboundReadsWord, int outboundReadsWord, byte[] privateData) {
        this.kind = Objects.requireNonNull(kind);
        this.flags = flags;
        this.revision = revision;
        this.inboundReadsWord = inboundReadsWord;
        this.outboundReadsWord = outboundReadsWord;
        this.privateData = privateData;
    }

    /**
     * The request of an initiator that wants CRCs and no markers, revision 2, enhanced.
     *
     * @param inboundReads Read Requests that it answers at once (IRD)
     * @param outboundReads Read Requests that it wants to have outstanding (ORD)
     */
    public static StartupFrame request(int inboundReads, int outboundReads) {
        return new StartupFrame(Kind.REQUEST, CRC_FLAG | ENHANCED_FLAG, 2, inboundReads, outboundReads, new byte[0]);
    }

    /**
     * The reply that accepts a request: the same revision, no markers, and in the enhanced form as many Reads as the
     * initiator asked for and this side allows. A peer-to-peer initiator is told to show that it is ready by a Write or a
     * Read of no bytes.
     *
     * @param crcRequired whether this side asks for CRCs even where the initiator did not
     * @param maxInboundReads Read Requests that this side answers at once
     * @throws ProtocolFaultException if the request wants what this side does not do; the stream must be refused
     */
    public static StartupFrame accept(StartupFrame request, boolean crcRequired, int maxInboundReads)
            throws ProtocolFaultException {
        if (request.wantsMarkers()) {
            throw new ProtocolFaultException(
                    TerminateCode.MPA_MARKER, "markers are not supported; do not ask for them");
        }
        int flags = crcRequired || request.wantsCrc() ? CRC_FLAG : 0;
        if (!request.isEnhanced()) {
            return new StartupFrame(Kind.REPLY, flags, request.revision, 0, 0, new byte[0]);
        }
        int inboundReads = request.outboundReads() == READS_NOT_NEGOTIATED
                ? READS_NOT_NEGOTIATED
                : Math.min(request.outboundReads(), maxInboundReads);
        int inboundReadsWord = inboundReads;
        int outboundReadsWord = 0;
        if ((request.inboundReadsWord & FIRST_READY_FLAG) != 0) {
            int offered = request.outboundReadsWord & (FIRST_READY_FLAG | SECOND_READY_FLAG);
            if (offered == 0) {
                throw new ProtocolFaultException(
                        TerminateCode.MPA_NO_MATCHING_RTR, "offer to show readiness by a Write or a Read of no bytes");
            }
            inboundReadsWord |= FIRST_READY_FLAG;
            outboundReadsWord |= (offered & FIRST_READY_FLAG) != 0 ? FIRST_READY_FLAG : SECOND_READY_FLAG;
        }
        return new StartupFrame(
                Kind.REPLY, flags | ENHANCED_FLAG, request.revision, inboundReadsWord, outboundReadsWord, new byte[0]);
    }

    /**
     * The reply that refuses a request.
     *
     * @param privateData why, for the initiator; cut to what fits
     */
    public static StartupFrame reject(StartupFrame request, byte[] privateData) {
        int room = MAX_PRIVATE_DATA_LENGTH_BYTES - ENHANCED_LENGTH_BYTES;
        byte[] fitting = privateData.length <= room ? privateData.clone() : new byte[0];
        int flags = REJECTED_FLAG | (request.isEnhanced() ? ENHANCED_FLAG : 0);
        return new StartupFrame(Kind.REPLY, flags, request.revision, 0, 0, fitting);
    }

    /**
     * Understands a frame as far as it has arrived.
     *
     * @param received from position on; the position moves past the frame if it is complete and nowhere otherwise
     * @return the frame, or null if more bytes must come
     * @throws ProtocolFaultException as soon as it cannot become a valid frame
     */
    public static StartupFrame parse(Kind kind, ByteBuffer received) throws ProtocolFaultException {
        int start = received.position();
        checkKey(kind, received);
        if (received.remaining() < HEADER_LENGTH_BYTES) {
            return null;
        }
        int flags = received.get(start + 16) & 0xFF;
        int revision = received.get(start + 17) & 0xFF;
        int dataLength = received.getShort(start + 18) & 0xFFFF;
        boolean enhanced = (flags & ENHANCED_FLAG) != 0 && revision == 2;
        if (revision != 1 && revision != 2) {
            throw fault("revision " + revision + " instead of 1 or 2");
        }
        if (dataLength > MAX_PRIVATE_DATA_LENGTH_BYTES || (enhanced && dataLength < ENHANCED_LENGTH_BYTES)) {
            throw fault("private data of " + dataLength + " bytes");
        }
        if (received.remaining() < HEADER_LENGTH_BYTES + dataLength) {
            return null;
        }
        received.position(start + HEADER_LENGTH_BYTES);
        int inboundReadsWord = enhanced ? received.getShort() & 0xFFFF : 0;
        int outboundReadsWord = enhanced ? received.getShort() & 0xFFFF : 0;
        byte[] privateData = new byte[dataLength - (enhanced ? ENHANCED_LENGTH_BYTES : 0)];
        received.get(privateData);
        int known = (flags & (MARKERS_FLAG | CRC_FLAG | REJECTED_FLAG)) | (enhanced ? ENHANCED_FLAG : 0);
        return new StartupFrame(kind, known, revision, inboundReadsWord, outboundReadsWord, privateData);
    }

    private static void checkKey(Kind kind, ByteBuffer received) throws ProtocolFaultException {
        byte[] key = kind == Kind.REQUEST ? REQUEST_KEY : REPLY_KEY;
        int length = Math.min(key.length, received.remaining());
        for (int i = 0; i < length; i++) {
            if (received.get(received.position() + i) != key[i]) {
                throw fault("the bytes do not begin with '" + new String(key, StandardCharsets.US_ASCII)
                        + "': the peer does not speak iWARP");
            }
        }
    }

    private static ProtocolFaultException fault(String detail) {
        return new ProtocolFaultException(TerminateCode.MPA_STARTUP, detail);
    }

    /** Writes the frame from the sink's position on. */
    public void write(ByteBuffer sink) {
        sink.put(kind == Kind.REQUEST ? REQUEST_KEY : REPLY_KEY);
        sink.put((byte) flags);
        sink.put((byte) revision);
        sink.putShort((short) (privateData.length + (isEnhanced() ? ENHANCED_LENGTH_BYTES : 0)));
        if (isEnhanced()) {
            sink.putShort((short) inboundReadsWord).putShort((short) outboundReadsWord);
        }
        sink.put(privateData);
    }

    /** Whether the sender wants to receive markers. */
    public boolean wantsMarkers() {
        return (flags & MARKERS_FLAG) != 0;
    }

    /** Whether the sender wants CRCs; if either side does, both send and check them. */
    public boolean wantsCrc() {
        return (flags & CRC_FLAG) != 0;
    }

    /** Of a reply: whether the responder refuses. */
    public boolean isRejected() {
        return (flags & REJECTED_FLAG) != 0;
    }

    /** Whether the numbers of Reads are in it. */
    public boolean isEnhanced() {
        return (flags & ENHANCED_FLAG) != 0;
    }

    /** 1 or 2. */
    public int revision() {
        return revision;
    }

    /** IRD: Read Requests that the sender answers at once. */
    public int inboundReads() {
        return inboundReadsWord & READS_NOT_NEGOTIATED;
    }

    /** ORD: Read Requests that the sender has outstanding at once. */
    public int outboundReads() {
        return outboundReadsWord & READS_NOT_NEGOTIATED;
    }

    /** What the upper layer sent along. */
    public byte[] privateData() {
        return privateData.clone();
    }
}
