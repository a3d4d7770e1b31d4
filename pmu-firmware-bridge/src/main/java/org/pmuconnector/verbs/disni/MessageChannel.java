package org.pmuconnector.verbs.disni;

import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.SVCPostRecv;
import com.ibm.disni.verbs.SVCPostSend;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;

/**
 * Messages on a connection, in SENDs of at most {@value #FRAME_BYTES} bytes. Each frame begins with
 *
 * <pre>
 *  0        1        2                 4
 * +--------+--------+-----------------+----------
 * | version| flags  |  credits        | a part of the message
 * +--------+--------+-----------------+----------
 * </pre>
 *
 * <p>Flag {@value #LAST}: the message ends here. Flag {@value #NOTHING}: there is no part, only credits. A <em>credit</em>
 * is a receive that the peer has posted: each side begins with {@value #WINDOW} and sends nothing without one, so that no
 * frame meets a peer that is not ready. Receives are posted again at once and told with the next frame, or with one of
 * their own when half of the window has not been told; the last credit is kept for that, so that neither side can wait for
 * the other for ever.
 *
 * <p>Safe for use by many threads, but what was completed and received belongs to one at a time.
 */
public final class MessageChannel {

    /** Receives that each side posts before it connects or accepts. */
    public static final int WINDOW = 16;

    /** The longest frame. */
    public static final int FRAME_BYTES = 4096;

    private static final int HEADER_BYTES = 4;
    private static final byte VERSION = 1;
    private static final int LAST = 1;
    private static final int NOTHING = 2;
    private static final int KNOWN_FLAGS = LAST | NOTHING;

    private final Endpoint endpoint;
    private final int maxMessageBytes;
    private final int maxWaiting;
    private final int maxQueued;
    private final ByteBuffer memory = ByteBuffer.allocateDirect(2 * WINDOW * FRAME_BYTES);
    private final long address;
    private final int localKey;
    private final SVCPostRecv[] receives = new SVCPostRecv[WINDOW];
    private final SVCPostSend send;
    private final Queue<byte[]> queued = new ArrayDeque<>();
    private int sentOfFirst;
    private final int[] freeSlots = new int[WINDOW];
    private int freeCount = WINDOW;
    private int credits = WINDOW;
    private int untold;
    private final Queue<byte[]> received = new ArrayDeque<>();
    private byte[] assembled = new byte[FRAME_BYTES];
    private int assembledBytes;

    /**
     * A channel whose receives are posted.
     *
     * @param maxMessageBytes a peer that sends a longer one breaks the protocol
     * @param maxWaiting so does one that sends more before they were taken
     * @param maxQueued how many may wait to be sent
     * @throws IOException with the device's reason
     */
    public MessageChannel(Endpoint endpoint, int maxMessageBytes, int maxWaiting, int maxQueued) throws IOException {
        this.endpoint = endpoint;
        this.maxMessageBytes = maxMessageBytes;
        this.maxWaiting = maxWaiting;
        this.maxQueued = maxQueued;
        IbvMr region = endpoint.register(memory, IbvMr.IBV_ACCESS_LOCAL_WRITE);
        address = region.getAddr();
        localKey = region.getLkey();
        send = endpoint.prepare(WorkRequest.of(
                IbvSendWR.IBV_WR_SEND, IbvSendWR.IBV_SEND_SIGNALED, WorkRequest.id(WorkRequest.SEND, 0), localKey));
        for (int i = 0; i < WINDOW; i++) {
            freeSlots[i] = i;
            receives[i] = endpoint.prepare(WorkRequest.receive(
                    WorkRequest.id(WorkRequest.RECEIVE, i), addressOf(WINDOW + i), FRAME_BYTES, localKey));
            endpoint.post(receives[i]);
        }
    }

    private long addressOf(int frame) {
        return address + (long) frame * FRAME_BYTES;
    }

    /** The key of the frames' memory, for a work request that sends one. */
    public int localKey() {
        return localKey;
    }

    /**
     * Sends a message, as soon as the peer has receives for it.
     *
     * @return false if as many wait as may
     */
    public synchronized boolean send(byte[] message) throws IOException {
        if (queued.size() >= maxQueued) {
            return false;
        }
        queued.add(message);
        pump();
        return true;
    }

    /**
     * Puts a message into a frame for the caller to send at once, in a chain of work requests of its own. For a side on which
     * nobody else sends.
     *
     * @return the frame's number, for {@link #frameAddress} and the work request's id; negative if the message has to be sent
     *     in the ordinary way
     */
    public synchronized int stage(byte[] message) {
        boolean fits = message.length <= FRAME_BYTES - HEADER_BYTES;
        return queued.isEmpty() && fits && credits > 1 && freeCount > 0 ? fill(LAST, message, 0, message.length) : -1;
    }

    /** Where a frame is. */
    public long frameAddress(int frame) {
        return addressOf(frame);
    }

    /** How long the frame of a message is that {@link #stage} has put into one. */
    public static int frameBytes(byte[] message) {
        return HEADER_BYTES + message.length;
    }

    private int fill(int flags, byte[] bytes, int from, int length) {
        int slot = freeSlots[--freeCount];
        int at = slot * FRAME_BYTES;
        memory.put(at, VERSION).put(at + 1, (byte) flags).putShort(at + 2, (short) untold);
        memory.put(at + HEADER_BYTES, bytes, from, length);
        untold = 0;
        credits--;
        return slot;
    }

    /** Sends what may be sent. */
    private void pump() throws IOException {
        while (!queued.isEmpty() && credits > 1 && freeCount > 0) {
            byte[] message = queued.peek();
            int length = Math.min(message.length - sentOfFirst, FRAME_BYTES - HEADER_BYTES);
            boolean last = sentOfFirst + length == message.length;
            post(fill(last ? LAST : 0, message, sentOfFirst, length), HEADER_BYTES + length);
            sentOfFirst += length;
            if (last) {
                queued.remove();
                sentOfFirst = 0;
            }
        }
        if (untold >= WINDOW / 2 && credits > 0 && freeCount > 0) {
            post(fill(NOTHING, new byte[0], 0, 0), HEADER_BYTES);
        }
    }

    /** Sends a frame that says nothing, if the peer has receives to spare. */
    public synchronized void nudge() throws IOException {
        if (credits > 1 && freeCount > 0) {
            post(fill(NOTHING, new byte[0], 0, 0), HEADER_BYTES);
        }
    }

    private void post(int slot, int lengthBytes) throws IOException {
        SVCPostSend.SendWRMod request = send.getWrMod(0);
        request.setWr_id(WorkRequest.id(WorkRequest.SEND, slot));
        request.getSgeMod(0).setAddr(addressOf(slot));
        request.getSgeMod(0).setLength(lengthBytes);
        endpoint.post(send);
    }

    /**
     * Takes note of a frame that was sent or received with success.
     *
     * @throws ProtocolException if the peer does not keep to what a channel is
     * @throws IOException if the connection has ended
     */
    public synchronized void completed(IbvWC completion) throws IOException {
        if (WorkRequest.kind(completion) == WorkRequest.SEND) {
            freeSlots[freeCount++] = WorkRequest.number(completion);
            pump();
        } else if (WorkRequest.isWithoutFrame(completion)) {
            // What lies there has come before.
            throw new ProtocolException("a write with immediate data, which is no frame");
        } else {
            int index = WorkRequest.number(completion);
            accept(index, completion.getByte_len());
        }
    }

    private void accept(int index, int lengthBytes) throws IOException {
        int at = (WINDOW + index) * FRAME_BYTES;
        if (lengthBytes < HEADER_BYTES || lengthBytes > FRAME_BYTES || memory.get(at) != VERSION) {
            throw new ProtocolException("a frame of " + lengthBytes + " bytes that is none of version " + VERSION);
        }
        int flags = memory.get(at + 1);
        int returned = Short.toUnsignedInt(memory.getShort(at + 2));
        if ((flags & ~KNOWN_FLAGS) != 0) {
            throw new ProtocolException("a frame with unknown flags 0x" + Integer.toHexString(flags));
        }
        if ((flags & NOTHING) == 0) {
            assemble(at + HEADER_BYTES, lengthBytes - HEADER_BYTES, (flags & LAST) != 0);
        }
        if (returned > WINDOW - credits) {
            throw new ProtocolException(returned + " credits returned, of " + (WINDOW - credits) + " used");
        }
        credits += returned;
        endpoint.post(receives[index]);
        untold++;
        pump();
    }

    private void assemble(int at, int length, boolean last) throws ProtocolException {
        if (length > maxMessageBytes - assembledBytes) {
            throw new ProtocolException("a message of more than " + maxMessageBytes + " bytes");
        }
        if (length == 0 && !last) {
            throw new ProtocolException("a frame that adds nothing to its message");
        }
        if (assembledBytes + length > assembled.length) {
            assembled = Arrays.copyOf(assembled, Math.min(maxMessageBytes, 2 * (assembledBytes + length)));
        }
        memory.get(at, assembled, assembledBytes, length);
        assembledBytes += length;
        if (last) {
            if (received.size() >= maxWaiting) {
                throw new ProtocolException("more messages than may wait, " + maxWaiting);
            }
            received.add(Arrays.copyOf(assembled, assembledBytes));
            assembledBytes = 0;
        }
    }

    /** The next message that has been received, null if there is none. */
    public byte[] receive() {
        return received.poll();
    }

    /** Whether a message has begun to arrive and not ended. */
    public boolean isAssembling() {
        return assembledBytes > 0;
    }

    /** Gives up what only long messages need. */
    public void trim() {
        if (assembledBytes == 0 && assembled.length > FRAME_BYTES) {
            assembled = new byte[FRAME_BYTES];
        }
    }

    /** Whether all that was to be sent has been, and the peer's device has confirmed it. */
    public synchronized boolean isDrained() {
        return queued.isEmpty() && freeCount == WINDOW;
    }

    /** Whether something waits for the peer's receives. */
    public synchronized boolean isStalled() {
        return !queued.isEmpty();
    }
}
