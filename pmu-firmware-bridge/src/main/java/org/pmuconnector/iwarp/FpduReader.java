package org.pmuconnector.iwarp;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Takes frames out of received bytes, however they were cut. Starts with a small buffer that grows once, when a long
 * frame or much at once arrives, until it is trimmed. For one thread; allocates nothing but that.
 */
public final class FpduReader {

    private static final int INITIAL_CAPACITY_BYTES = 8 * 1024;
    private static final int FULL_CAPACITY_BYTES = 128 * 1024;

    private final boolean crcUsed;
    private final CRC32C crc = new CRC32C();
    private final DdpSegment segment = new DdpSegment();
    /** Received up to its position; frames before {@link #readIndex} have been taken. */
    private ByteBuffer buffer;
    /** The same bytes, for payloads and checksums. */
    private ByteBuffer view;

    private int readIndex;

    /**
     * A reader that has received nothing yet.
     *
     * @param crcUsed whether each frame's CRC is checked
     */
    public FpduReader(boolean crcUsed) {
        this.crcUsed = crcUsed;
        allocate(INITIAL_CAPACITY_BYTES);
    }

    private void allocate(int capacityBytes) {
        buffer = ByteBuffer.allocateDirect(capacityBytes);
        view = buffer.duplicate();
    }

    /**
     * Where to put what is received next: at least one byte from position to limit. Whoever puts bytes there moves the
     * position, nothing else. Ends the life of the segment that was seen last.
     */
    public ByteBuffer space() {
        if (readIndex == buffer.position()) {
            buffer.clear();
            readIndex = 0;
        } else if (neededBytes() > buffer.capacity() || (readIndex == 0 && !buffer.hasRemaining())) {
            ByteBuffer small = buffer;
            small.limit(small.position()).position(readIndex);
            allocate(FULL_CAPACITY_BYTES);
            buffer.put(small);
            readIndex = 0;
        } else if (readIndex + neededBytes() > buffer.capacity()) {
            buffer.limit(buffer.position()).position(readIndex);
            buffer.compact();
            readIndex = 0;
        }
        return buffer;
    }

    /** Bytes of the frame that has begun, as far as its length is known. */
    private int neededBytes() {
        int received = buffer.position() - readIndex;
        return received < Fpdu.HEADER_LENGTH_BYTES
                ? Fpdu.HEADER_LENGTH_BYTES
                : Fpdu.totalLengthBytes(buffer.getShort(readIndex) & 0xFFFF);
    }

    /** Whether the buffer has grown. */
    public boolean isLarge() {
        return buffer.capacity() > INITIAL_CAPACITY_BYTES;
    }

    /** Goes back to a small buffer, unless a frame has begun: for streams that are idle. */
    public void trim() {
        if (isLarge() && !isInFrame()) {
            allocate(INITIAL_CAPACITY_BYTES);
            readIndex = 0;
        }
    }

    /** Whether a frame has begun and is not complete. */
    public boolean isInFrame() {
        return readIndex < buffer.position();
    }

    /**
     * Goes to the next frame.
     *
     * @return the segment in it, the same object each time, valid until the next call of this or {@link #space()}; null
     *     if more must be received first
     * @throws ProtocolFaultException if CRC, lengths or versions are wrong; the stream cannot be read on
     */
    public DdpSegment next() throws ProtocolFaultException {
        int received = buffer.position() - readIndex;
        if (received < Fpdu.HEADER_LENGTH_BYTES) {
            return null;
        }
        int ulpduLength = buffer.getShort(readIndex) & 0xFFFF;
        int totalLength = Fpdu.totalLengthBytes(ulpduLength);
        if (received < totalLength) {
            return null;
        }
        int crcIndex = readIndex + totalLength - Fpdu.CRC_LENGTH_BYTES;
        if (crcUsed) {
            view.limit(crcIndex).position(readIndex);
            crc.reset();
            crc.update(view);
            int expected = Integer.reverseBytes((int) crc.getValue());
            if (buffer.getInt(crcIndex) != expected) {
                throw new ProtocolFaultException(
                        TerminateCode.MPA_CRC,
                        "a frame of " + totalLength + " bytes has 0x" + Integer.toHexString(buffer.getInt(crcIndex))
                                + " instead of 0x" + Integer.toHexString(expected));
            }
        }
        view.clear();
        segment.parse(view, readIndex + Fpdu.HEADER_LENGTH_BYTES, ulpduLength);
        readIndex += totalLength;
        return segment;
    }
}
