package org.pmuconnector.fabric.verbs;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Flush;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.ToInitiator;
import org.pmuconnector.control.wire.VerbsWelcome;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.verbs.disni.WorkFailedException;

/**
 * A connection over RDMA verbs: the contract of {@link FabricConnection} on an {@link InitiatorQueue}.
 *
 * <p>An access that the unit's device refuses is {@code ACCESS_REFUSED} on InfiniBand and RoCE. iWARP devices tell an
 * initiator only that the stream has ended, {@code CONNECTION_LOST}; and so does every device where the unit has fenced the
 * connection, which is without a queue pair then and has nobody to refuse anything.
 */
final class VerbsConnection implements FabricConnection {

    private static final int READ_BACK_BYTES = 8;

    private final InitiatorQueue queue;
    private final UnitAddress address;
    private final boolean persistentByRead;
    private final Consumer<VerbsConnection> onEnd;
    private final AtomicBoolean inUse = new AtomicBoolean();
    private final AtomicBoolean released = new AtomicBoolean();
    private final AtomicReference<String> endReason = new AtomicReference<>();
    private final Queue<Event> events = new ArrayDeque<>();
    private volatile boolean woken;
    private long lastRequestId;

    VerbsConnection(InitiatorQueue queue, UnitAddress address, VerbsWelcome welcome, Consumer<VerbsConnection> onEnd) {
        this.queue = queue;
        this.address = address;
        this.persistentByRead = welcome.getPersistentByRead();
        this.onEnd = onEnd;
    }

    /** Something done by the thread that uses the connection. */
    @FunctionalInterface
    private interface Operation<T> {
        T run() throws IOException, PmuException;
    }

    @Override
    public void write(int key, long remoteAddress, ByteBuffer source, Deadline deadline) throws PmuException {
        perform(deadline, () -> {
            queue.write(key, remoteAddress, source, deadline);
            return null;
        });
    }

    @Override
    public void flush(int key, long remoteAddress, long lengthBytes, PersistenceLevel level, Deadline deadline)
            throws PmuException {
        if (lengthBytes < READ_BACK_BYTES) {
            throw new IllegalArgumentException(
                    "a flush is of at least " + READ_BACK_BYTES + " bytes, not " + lengthBytes);
        }
        if (level == PersistenceLevel.VISIBLE || persistentByRead) {
            perform(deadline, () -> {
                queue.readBack(key, remoteAddress + lengthBytes - READ_BACK_BYTES, deadline);
                return null;
            });
        } else {
            Flush flush = Flush.newBuilder()
                    .setKey(key)
                    .setAddress(remoteAddress)
                    .setLengthBytes(lengthBytes)
                    .build();
            flushByRequest(Request.newBuilder().setFlush(flush).build(), deadline);
        }
    }

    /** As a refused access at the other level, a refused request ends the connection. */
    private void flushByRequest(Request flush, Deadline deadline) throws PmuException {
        try {
            call(flush, deadline);
        } catch (PmuException e) {
            if (e.code() != ErrorCode.LEVEL_NOT_OFFERED) {
                end("a flush failed");
            }
            // The writes before it are placed, and may become persistent at any time.
            throw new PmuException(e.code(), e.getMessage(), Durability.UNKNOWN, e);
        }
    }

    @Override
    public void read(int key, long remoteAddress, ByteBuffer sink, Deadline deadline) throws PmuException {
        perform(deadline, () -> {
            queue.read(key, remoteAddress, sink, deadline);
            return null;
        });
    }

    @Override
    public Response call(Request request, Deadline deadline) throws PmuException {
        Response response = perform(deadline, () -> exchange(request, deadline));
        if (response.getStatus() != 0) {
            throw new PmuException(
                    ErrorCode.ofNumber(response.getStatus()), "unit " + address + ": " + response.getMessage());
        }
        return response;
    }

    private Response exchange(Request request, Deadline deadline) throws IOException {
        Request numbered = request.toBuilder().setId(++lastRequestId).build();
        queue.send(numbered.toByteArray());
        Response response = null;
        while (response == null) {
            ToInitiator message = nextMessage();
            if (message == null) {
                queue.progress(deadline);
            } else if (message.hasEvent()) {
                events.add(message.getEvent());
            } else if (message.hasResponse() && message.getResponse().getId() == lastRequestId) {
                response = message.getResponse();
            } else {
                throw new ProtocolException("a response that nothing was asked for");
            }
        }
        if (response.hasOpenRegion()) {
            queue.opened(response.getOpenRegion());
        }
        queue.settle(deadline);
        return response;
    }

    private ToInitiator nextMessage() throws IOException {
        byte[] message = queue.receive();
        try {
            return message == null ? null : ToInitiator.parseFrom(message);
        } catch (InvalidProtocolBufferException e) {
            throw protocolFault("a message that cannot be understood", e);
        }
    }

    private static ProtocolException protocolFault(String what, Exception cause) {
        ProtocolException fault = new ProtocolException(what + ": " + cause.getMessage());
        fault.initCause(cause);
        return fault;
    }

    @Override
    public Event awaitEvent(Deadline deadline) throws PmuException {
        enter();
        try {
            while (true) {
                if (!events.isEmpty()) {
                    return events.remove();
                }
                if (woken) {
                    woken = false;
                    return null;
                }
                ToInitiator message = nextMessage();
                if (message != null && message.hasEvent()) {
                    events.add(message.getEvent());
                } else if (message != null) {
                    throw new ProtocolException("a response that nothing was asked for");
                } else if (deadline.hasPassed()) {
                    return null;
                } else {
                    awaitMessage(deadline);
                }
            }
        } catch (IOException e) {
            throw broken(e);
        } catch (RuntimeException e) {
            end("an operation failed: " + e);
            throw e;
        } finally {
            exit();
        }
    }

    private void awaitMessage(Deadline deadline) throws IOException {
        try {
            queue.progress(deadline);
        } catch (SocketTimeoutException e) {
            // The deadline of a wait for an event is no failure; the caller looks at it.
            if (!deadline.hasPassed()) {
                throw e;
            }
        }
    }

    @Override
    public void wakeup() {
        woken = true;
    }

    @Override
    public boolean isOpen() {
        return endReason.get() == null;
    }

    @Override
    public void close() {
        end("closed by this side");
    }

    private <T> T perform(Deadline deadline, Operation<T> operation) throws PmuException {
        enter();
        try {
            if (deadline.hasPassed()) {
                throw new SocketTimeoutException("no time left");
            }
            return operation.run();
        } catch (IOException e) {
            throw broken(e);
        } catch (RuntimeException e) {
            // The state of what is under way is not known any more.
            end("an operation failed: " + e);
            throw e;
        } finally {
            exit();
        }
    }

    private void enter() throws PmuException {
        if (!inUse.compareAndSet(false, true)) {
            if (!isOpen()) {
                throw failure(ErrorCode.CONNECTION_LOST, "the connection has ended: " + endReason.get(), null);
            }
            throw new IllegalStateException("another thread is using this connection to " + address);
        }
        if (Thread.currentThread().isInterrupted()) {
            end("its thread was interrupted");
        }
        String reason = endReason.get();
        if (reason != null) {
            exit();
            throw failure(ErrorCode.CONNECTION_LOST, "the connection has ended: " + reason, null);
        }
    }

    private void exit() {
        inUse.set(false);
        if (!isOpen()) {
            release();
        }
    }

    /** The error for a connection that is over now. */
    private PmuException broken(IOException cause) {
        String reason = endReason.get();
        if (reason != null) {
            // Another thread closed it; that an operation then failed says nothing more.
            return failure(ErrorCode.CONNECTION_LOST, "the connection has ended: " + reason, null);
        }
        end(cause.getMessage());
        return failure(codeOf(cause), explain(cause), cause);
    }

    private static String explain(IOException cause) {
        return switch (codeOf(cause)) {
            case ACCESS_REFUSED ->
                "its network interface refused an access: " + cause.getMessage()
                        + "; the key may have been revoked: open the region again";
            case PROTOCOL_VIOLATION -> "it broke the protocol: " + cause.getMessage();
            case DEADLINE_EXCEEDED -> cause.getMessage() + "; the connection was ended";
            default -> "the connection has ended: " + cause.getMessage();
        };
    }

    /** The code for what ended a connection. */
    static ErrorCode codeOf(IOException cause) {
        if (cause instanceof SocketTimeoutException) {
            return ErrorCode.DEADLINE_EXCEEDED;
        }
        if (cause instanceof ProtocolException) {
            return ErrorCode.PROTOCOL_VIOLATION;
        }
        if (cause instanceof WorkFailedException failed) {
            return switch (failed.reason()) {
                case REFUSED -> ErrorCode.ACCESS_REFUSED;
                case INVALID -> ErrorCode.PROTOCOL_VIOLATION;
                case ENDED -> ErrorCode.CONNECTION_LOST;
            };
        }
        return ErrorCode.CONNECTION_LOST;
    }

    private PmuException failure(ErrorCode code, String why, Exception cause) {
        Durability durability = queue.isUnacknowledged() ? Durability.UNKNOWN : Durability.NOT_WRITTEN;
        return new PmuException(code, "unit " + address + ": " + why, durability, cause);
    }

    private void end(String reason) {
        if (endReason.compareAndSet(null, reason)) {
            queue.disconnect();
            onEnd.accept(this);
        }
        release();
    }

    /** Gives everything back, unless a thread is in an operation: then that one does. */
    private void release() {
        if (inUse.compareAndSet(false, true)) {
            if (released.compareAndSet(false, true)) {
                queue.close();
            }
            inUse.set(false);
        }
    }
}
