package org.pmuconnector.fabric.verbs;

import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.SVCPostSend;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.polling.PollGate;
import org.pmuconnector.verbs.disni.Completions;
import org.pmuconnector.verbs.disni.Endpoint;
import org.pmuconnector.verbs.disni.EventChannel;
import org.pmuconnector.verbs.disni.MessageChannel;
import org.pmuconnector.verbs.disni.WorkFailedException;
import org.pmuconnector.verbs.disni.WorkRequest;

/**
 * The initiator's work requests. A write is copied into memory that the device knows and waits there for what comes next;
 * whoever has to wait for an answer posts both together, so that a write and its flush are one posting and one round trip.
 * For one thread at a time, except {@link #disconnect}. Writes, reads and flushes by read allocate nothing.
 *
 * <p>Separate from {@link VerbsConnection}, which turns what can go wrong here into the errors of the contract.
 */
final class InitiatorQueue {

    private static final System.Logger LOG = System.getLogger(InitiatorQueue.class.getName());

    /** Work requests that may be under way: writes, reads, frames. */
    static final int SEND_REQUESTS = 64;

    /** Receives that are posted. */
    static final int RECEIVE_REQUESTS = MessageChannel.WINDOW;

    private static final int MAX_WRITES = 24;
    private static final int WRITE_AREA_BYTES = 256 * 1024;

    /** Enough for devices to be busy with one while the last one is copied. */
    private static final int READS_AT_ONCE = 4;

    private static final int READ_BYTES = 64 * 1024;

    private static final int READ_BACK_BYTES = 8;

    /** The longest reply: room for a list of many thousands of regions. */
    private static final int MAX_REPLY_BYTES = 16 * 1024 * 1024;

    /** Replies and events that may wait to be taken. */
    private static final int MAX_WAITING = 4096;

    private static final int MAX_QUEUED = 4;

    private static final long FIRST_NUDGE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Between looks at what the device tells of no completion: the connection manager's events, interrupts, other threads. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Endpoint endpoint;
    private final EventChannel events;
    private final Completions completions;
    private final MessageChannel messages;
    private final RemoteRanges ranges = new RemoteRanges();
    private final ByteBuffer memory = ByteBuffer.allocateDirect(WRITE_AREA_BYTES + READS_AT_ONCE * READ_BYTES);
    private final long memoryAddress;
    private final SVCPostSend write;
    private final SVCPostSend read;
    private final SVCPostSend writeThenRead;
    private final SVCPostSend writeThenSend;

    private int areaUsedBytes;
    private int postedWrites;
    private boolean pending;
    private int pendingOffset;
    private int pendingBytes;
    private int pendingKey;
    private long pendingAddress;
    private int confirmations;
    private int lastConfirmed;
    private int requestedReads;
    private int completedReads;
    private boolean unacknowledged;

    /** How a connection is made once receives are posted. */
    @FunctionalInterface
    interface Connecting {
        void connect(Endpoint endpoint, EventChannel events) throws IOException, PmuException;
    }

    InitiatorQueue(Endpoint endpoint, EventChannel events, int pollMicros, PollGate gate) throws IOException {
        this.endpoint = endpoint;
        this.events = events;
        this.completions = endpoint.completions();
        completions.setPolling(pollMicros, gate);
        try {
            messages = new MessageChannel(endpoint, MAX_REPLY_BYTES, MAX_WAITING, MAX_QUEUED);
            IbvMr region = endpoint.register(memory, IbvMr.IBV_ACCESS_LOCAL_WRITE);
            memoryAddress = region.getAddr();
            int key = region.getLkey();
            write = endpoint.prepare(writeRequest(key));
            read = endpoint.prepare(readRequest(key));
            writeThenRead = endpoint.prepare(writeRequest(key), readRequest(key));
            writeThenSend = endpoint.prepare(
                    writeRequest(key),
                    WorkRequest.of(
                            IbvSendWR.IBV_WR_SEND,
                            IbvSendWR.IBV_SEND_SIGNALED,
                            WorkRequest.id(WorkRequest.SEND, 0),
                            messages.localKey()));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static IbvSendWR writeRequest(int localKey) {
        return WorkRequest.of(IbvSendWR.IBV_WR_RDMA_WRITE, 0, WorkRequest.id(WorkRequest.WRITE, 0), localKey);
    }

    private static IbvSendWR readRequest(int localKey) {
        return WorkRequest.of(
                IbvSendWR.IBV_WR_RDMA_READ, IbvSendWR.IBV_SEND_SIGNALED, WorkRequest.id(WorkRequest.READ, 0), localKey);
    }

    void connect(Connecting connecting) throws IOException, PmuException {
        connecting.connect(endpoint, events);
    }

    /** Takes note of a key that was given to this connection. */
    void opened(OpenRegionReply reply) {
        ranges.add(reply);
    }

    /** Whether something was written and nothing since has confirmed it. */
    boolean isUnacknowledged() {
        return unacknowledged;
    }

    /** Adds a write to what is posted next. */
    void write(int key, long address, ByteBuffer source, Deadline deadline) throws IOException {
        long at = address;
        while (source.hasRemaining()) {
            if (areaUsedBytes == WRITE_AREA_BYTES || postedWrites == MAX_WRITES) {
                confirmWrites(deadline);
            } else {
                postPending(0);
            }
            ranges.locate(key, at, Math.min(source.remaining(), WRITE_AREA_BYTES - areaUsedBytes));
            pendingBytes = ranges.lengthBytes();
            pendingKey = ranges.remoteKey();
            pendingAddress = ranges.remoteAddress();
            pendingOffset = areaUsedBytes;
            memory.put(pendingOffset, source, source.position(), pendingBytes);
            source.position(source.position() + pendingBytes);
            areaUsedBytes += pendingBytes;
            at += pendingBytes;
            pending = true;
            unacknowledged = true;
        }
    }

    private void postPending(int flags) throws IOException {
        if (pending) {
            SVCPostSend.SendWRMod request = write.getWrMod(0);
            setWrite(request);
            request.setSend_flags(flags);
            request.setWr_id(WorkRequest.id(WorkRequest.WRITE, confirmations));
            endpoint.post(write);
        }
    }

    private void setWrite(SVCPostSend.SendWRMod request) throws IOException {
        setBuffer(request, pendingOffset, pendingBytes);
        request.getRdmaMod().setRemote_addr(pendingAddress);
        request.getRdmaMod().setRkey(pendingKey);
        pending = false;
        postedWrites++;
    }

    private void setBuffer(SVCPostSend.SendWRMod request, int offset, int lengthBytes) {
        request.getSgeMod(0).setAddr(memoryAddress + offset);
        request.getSgeMod(0).setLength(lengthBytes);
    }

    /** Posts what is pending and waits until all writes are done with their memory. */
    private void confirmWrites(Deadline deadline) throws IOException {
        confirmations++;
        postPending(IbvSendWR.IBV_SEND_SIGNALED);
        while (lastConfirmed != confirmations) {
            progress(deadline);
        }
        writesAreDone();
    }

    private void writesAreDone() {
        areaUsedBytes = 0;
        postedWrites = 0;
    }

    /** Returns when all writes are placed, by reading back 8 bytes. */
    void readBack(int key, long address, Deadline deadline) throws IOException {
        ranges.locate(key, address, READ_BACK_BYTES);
        requestedReads = 1;
        completedReads = 0;
        if (pending) {
            setWrite(writeThenRead.getWrMod(0));
            setRead(writeThenRead.getWrMod(1), 0, READ_BACK_BYTES);
            endpoint.post(writeThenRead);
        } else {
            setRead(read.getWrMod(0), 0, READ_BACK_BYTES);
            endpoint.post(read);
        }
        while (completedReads < 1) {
            progress(deadline);
        }
        writesAreDone();
        unacknowledged = false;
    }

    private void setRead(SVCPostSend.SendWRMod request, int slot, int lengthBytes) throws IOException {
        setBuffer(request, WRITE_AREA_BYTES + slot * READ_BYTES, lengthBytes);
        request.getRdmaMod().setRemote_addr(ranges.remoteAddress());
        request.getRdmaMod().setRkey(ranges.remoteKey());
    }

    /** Reads after all that was written; fills the sink. */
    void read(int key, long address, ByteBuffer sink, Deadline deadline) throws IOException {
        if (!sink.hasRemaining()) {
            return;
        }
        postPending(0);
        requestedReads = 0;
        completedReads = 0;
        int copiedReads = 0;
        int wanted = sink.remaining();
        int requested = 0;
        while (sink.hasRemaining()) {
            while (requested < wanted && requestedReads - copiedReads < READS_AT_ONCE) {
                requested += requestRead(key, address + requested, Math.min(wanted - requested, READ_BYTES));
            }
            int before = completedReads;
            while (completedReads == before) {
                progress(deadline);
            }
            for (; copiedReads < completedReads; copiedReads++) {
                int slot = copiedReads % READS_AT_ONCE;
                sink.put(memory.slice(WRITE_AREA_BYTES + slot * READ_BYTES, lengths[slot]));
            }
        }
        writesAreDone();
        unacknowledged = false;
    }

    private final int[] lengths = new int[READS_AT_ONCE];

    private int requestRead(int key, long address, int wantedBytes) throws IOException {
        ranges.locate(key, address, wantedBytes);
        int slot = requestedReads++ % READS_AT_ONCE;
        lengths[slot] = ranges.lengthBytes();
        setRead(read.getWrMod(0), slot, lengths[slot]);
        endpoint.post(read);
        return lengths[slot];
    }

    /**
     * Sends the first message and returns the first one that comes back. A Soft-iWARP device may leave what comes first
     * lying until something follows, if it comes while the peer is still busy accepting: so something does, now and then.
     */
    byte[] exchangeFirst(byte[] message, Deadline deadline) throws IOException {
        send(message);
        long wait = FIRST_NUDGE_NANOS;
        long nudge = System.nanoTime() + wait;
        byte[] reply = messages.receive();
        while (reply == null) {
            progress(deadline);
            if (System.nanoTime() - nudge >= 0) {
                messages.nudge();
                wait *= 2;
                nudge += wait;
            }
            reply = messages.receive();
        }
        return reply;
    }

    /** Sends a message after all that was written. */
    void send(byte[] message) throws IOException {
        int frame = pending ? messages.stage(message) : -1;
        if (frame >= 0) {
            setWrite(writeThenSend.getWrMod(0));
            SVCPostSend.SendWRMod request = writeThenSend.getWrMod(1);
            request.setWr_id(WorkRequest.id(WorkRequest.SEND, frame));
            request.getSgeMod(0).setAddr(messages.frameAddress(frame));
            request.getSgeMod(0).setLength(MessageChannel.frameBytes(message));
            endpoint.post(writeThenSend);
        } else {
            postPending(0);
            if (!messages.send(message)) {
                throw new IOException("too many requests wait to be sent");
            }
        }
    }

    /** After the answer to what was sent last: waits until the device is done with all before it. */
    void settle(Deadline deadline) throws IOException {
        while (!messages.isDrained()) {
            progress(deadline);
        }
        writesAreDone();
        unacknowledged = false;
    }

    /** The next message that has come, null if there is none. */
    byte[] receive() {
        return messages.receive();
    }

    /**
     * Waits a little for something to happen, and takes note of it.
     *
     * @throws SocketTimeoutException at the deadline
     * @throws InterruptedIOException if this thread was interrupted
     * @throws IOException if the connection is over
     */
    void progress(Deadline deadline) throws IOException {
        long left = deadline.remainingNanos();
        if (left <= 0) {
            throw new SocketTimeoutException("no answer in time");
        }
        int count = completions.await(Math.min(left, SLICE_NANOS));
        WorkFailedException failure = WorkFailedException.among(completions, count);
        if (failure != null) {
            throw failure;
        }
        for (int i = 0; i < count; i++) {
            take(completions.get(i));
        }
        if (count == 0) {
            lookElsewhere();
        }
    }

    private void take(IbvWC completion) throws IOException {
        switch (WorkRequest.kind(completion)) {
            case WorkRequest.READ -> completedReads++;
            case WorkRequest.WRITE -> lastConfirmed = WorkRequest.number(completion);
            default -> messages.completed(completion);
        }
    }

    private void lookElsewhere() throws IOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("its thread was interrupted");
        }
        EventChannel.Notice notice = events.next(0);
        if (notice != null) {
            switch (notice.type()) {
                case RDMA_CM_EVENT_DISCONNECTED -> throw new IOException("the unit ended it; its log says why");
                case RDMA_CM_EVENT_DEVICE_REMOVAL -> throw new IOException("the RDMA device was taken away");
                default -> LOG.log(Level.DEBUG, "{0} on an open connection", notice.type());
            }
        }
    }

    /** Ends the connection; a thread that waits is woken. */
    void disconnect() {
        endpoint.disconnect();
    }

    /** Gives everything back. Nobody may wait any more. */
    void close() {
        endpoint.close();
        events.release();
    }
}
