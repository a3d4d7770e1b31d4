package org.pmuconnector.iwarp;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Frames segments into a buffer that is then sent as a whole. Starts small and grows once, when more is written between
 * two sends than fits, until it is trimmed. For one thread; allocates nothing but that.
 */
public final class FpduWriter {

    /**
     * The longest payload of the segments written here: large enough that framing costs little, small enough that a
     * receiver needs no large buffer.
     */
    public static final int SEGMENT_PAYLOAD_LENGTH_BYTES = 16 * 1024;

    private static final int INITIAL_CAPACITY_BYTES = 8 * 1024;
    private static final int FULL_CAPACITY_BYTES = 128 * 1024;
    private static final int CLOSED = -1;

    private final boolean crcUsed;
    private final CRC32C crc = new CRC32C();
    private ByteBuffer buffer;
    /** The same bytes as the buffer, for payloads and checksums. */
    private ByteBuffer view;

    private int frameStart = CLOSED;

    /** A writer with an empty buffer. */
    public FpduWriter(boolean crcUsed) {
        this.crcUsed = crcUsed;
        allocate(INITIAL_CAPACITY_BYTES);
    }

    private void allocate(int capacityBytes) {
        buffer = ByteBuffer.allocateDirect(capacityBytes);
        view = buffer.duplicate();
    }

    /** Whether the buffer has grown. */
    public boolean isLarge() {
        return buffer.capacity() > INITIAL_CAPACITY_BYTES;
    }

    /** Goes back to a small buffer, if nothing waits to be sent: for streams that are idle. */
    public void trim() {
        if (isLarge() && isEmpty()) {
            allocate(INITIAL_CAPACITY_BYTES);
        }
    }

    /** Whether nothing waits to be sent. */
    public boolean isEmpty() {
        return buffer.position() == 0;
    }

    /** What waits to be sent, from position to limit; call {@link #clear()} when it has been. */
    public ByteBuffer pending() {
        view.limit(buffer.position()).position(0);
        return view;
    }

    /** Forgets what has been sent. */
    public void clear() {
        buffer.clear();
    }

    /**
     * Makes room for one more segment with that payload.
     *
     * @return false if what is pending must be sent first
     */
    public boolean hasRoom(int payloadLengthBytes) {
        int needed = Fpdu.totalLengthBytes(DdpSegment.UNTAGGED_HEADER_LENGTH_BYTES + payloadLengthBytes);
        if (buffer.remaining() >= needed) {
            return true;
        }
        if (buffer.capacity() < FULL_CAPACITY_BYTES) {
            ByteBuffer small = buffer;
            allocate(FULL_CAPACITY_BYTES);
            buffer.put(small.flip());
        }
        return buffer.remaining() >= needed;
    }

    /**
     * Adds segments of an RDMA Write message from the source's position on, which moves past what was added.
     *
     * @param address of the source's first remaining byte
     * @return false if what is pending must be sent before the rest can be added
     */
    public boolean addWrite(int steeringTag, long address, ByteBuffer source) {
        long base = address - source.position();
        while (source.hasRemaining()) {
            int length = Math.min(source.remaining(), SEGMENT_PAYLOAD_LENGTH_BYTES);
            if (!hasRoom(length)) {
                return false;
            }
            boolean last = length == source.remaining();
            beginTagged(RdmapOpcode.WRITE, last, steeringTag, base + source.position(), length);
            copy(source, length);
            end();
        }
        return true;
    }

    /**
     * Adds segments of a Send message to queue 0 from the message's position on, which moves past what was added.
     *
     * @return false if what is pending must be sent before the rest can be added
     */
    public boolean addSend(int messageSequenceNumber, ByteBuffer message) {
        boolean last;
        do {
            int length = Math.min(message.remaining(), SEGMENT_PAYLOAD_LENGTH_BYTES);
            if (!hasRoom(length)) {
                return false;
            }
            last = length == message.remaining();
            int offset = message.position();
            beginUntagged(RdmapOpcode.SEND, last, UntaggedQueue.SEND, messageSequenceNumber, offset, length);
            copy(message, length);
            end();
        } while (!last);
        return true;
    }

    /** Adds an RDMA Read Request; there must be room. */
    public void addReadRequest(
            int messageSequenceNumber,
            int sinkSteeringTag,
            long sinkOffset,
            int sizeBytes,
            int sourceSteeringTag,
            long sourceOffset) {
        beginUntagged(
                RdmapOpcode.READ_REQUEST,
                true,
                UntaggedQueue.READ_REQUEST,
                messageSequenceNumber,
                0,
                ReadRequest.LENGTH_BYTES);
        ReadRequest.write(buffer, sinkSteeringTag, sinkOffset, sizeBytes, sourceSteeringTag, sourceOffset);
        end();
    }

    /** Adds a Terminate message, the only one of its stream; there must be room. */
    public void addTerminate(TerminateCode code, DdpSegment offender) {
        int lengthAt = buffer.position();
        beginUntagged(RdmapOpcode.TERMINATE, true, UntaggedQueue.TERMINATE, 1, 0, 0);
        Terminate.write(buffer, code, offender);
        buffer.putShort(lengthAt, (short) (buffer.position() - lengthAt - Fpdu.HEADER_LENGTH_BYTES));
        end();
    }

    /**
     * Begins an RDMA Read Response segment, whose payload the caller puts into the returned buffer before
     * {@link #endReadResponse()}; there must be room.
     */
    public ByteBuffer beginReadResponse(boolean last, int steeringTag, long taggedOffset, int payloadLengthBytes) {
        beginTagged(RdmapOpcode.READ_RESPONSE, last, steeringTag, taggedOffset, payloadLengthBytes);
        int payloadStart = buffer.position();
        buffer.position(payloadStart + payloadLengthBytes);
        view.limit(payloadStart + payloadLengthBytes).position(payloadStart);
        return view;
    }

    /** Ends the segment that {@link #beginReadResponse} began. */
    public void endReadResponse() {
        end();
    }

    /** Takes back a segment whose payload could not be had. */
    public void abandonReadResponse() {
        buffer.position(frameStart);
        frameStart = CLOSED;
    }

    private void beginTagged(int opcode, boolean last, int steeringTag, long taggedOffset, int payloadLengthBytes) {
        begin(DdpSegment.TAGGED_HEADER_LENGTH_BYTES + payloadLengthBytes, true, last, opcode);
        buffer.putInt(steeringTag).putLong(taggedOffset);
    }

    private void beginUntagged(
            int opcode, boolean last, int queue, int messageSequenceNumber, int messageOffset, int payloadLengthBytes) {
        begin(DdpSegment.UNTAGGED_HEADER_LENGTH_BYTES + payloadLengthBytes, false, last, opcode);
        buffer.putInt(0).putInt(queue).putInt(messageSequenceNumber).putInt(messageOffset);
    }

    private void begin(int ulpduLengthBytes, boolean tagged, boolean last, int opcode) {
        frameStart = buffer.position();
        buffer.putShort((short) ulpduLengthBytes);
        buffer.put((byte) DdpSegment.ddpControl(tagged, last));
        buffer.put((byte) DdpSegment.rdmapControl(opcode));
    }

    private void copy(ByteBuffer source, int lengthBytes) {
        int from = source.position();
        int to = buffer.position();
        buffer.put(to, source, from, lengthBytes);
        buffer.position(to + lengthBytes);
        source.position(from + lengthBytes);
    }

    private void end() {
        while ((buffer.position() - frameStart & 3) != 0) {
            buffer.put((byte) 0);
        }
        if (crcUsed) {
            view.limit(buffer.position()).position(frameStart);
            crc.reset();
            crc.update(view);
            buffer.putInt(Integer.reverseBytes((int) crc.getValue()));
        } else {
            buffer.putInt(0);
        }
        frameStart = CLOSED;
    }
}
