package org.pmuconnector.fabric.iwarp;

import java.io.EOFException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Flush;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.iwarp.ProtocolFaultException;
import org.pmuconnector.iwarp.Terminate;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/** A connection over iWARP: the contract of {@link FabricConnection} on an {@link InitiatorStream}. */
final class IwarpConnection implements FabricConnection {

    private static final System.Logger LOG = System.getLogger(IwarpConnection.class.getName());

    /** What is read back to know that the writes before it are placed. */
    private static final int READ_BACK_LENGTH_BYTES = 8;

    private final InitiatorStream stream;
    private final UnitAddress address;
    private final Consumer<IwarpConnection> onEnd;
    private final AtomicBoolean inUse = new AtomicBoolean();
    private final AtomicReference<String> endReason = new AtomicReference<>();
    private final ByteBuffer readBack = ByteBuffer.allocate(READ_BACK_LENGTH_BYTES);
    private long lastRequestId;

    IwarpConnection(InitiatorStream stream, UnitAddress address, Consumer<IwarpConnection> onEnd) {
        this.stream = stream;
        this.address = address;
        this.onEnd = onEnd;
    }

    @Override
    public void write(int key, long address, ByteBuffer source, Deadline deadline) throws PmuException {
        enter(deadline);
        try {
            stream.post(key, address, source, deadline);
        } catch (IOException e) {
            throw broken(e);
        } catch (ProtocolFaultException e) {
            throw violated(e);
        } catch (RuntimeException e) {
            throw defect(e);
        } finally {
            inUse.set(false);
        }
    }

    @Override
    public void flush(int key, long address, long lengthBytes, PersistenceLevel level, Deadline deadline)
            throws PmuException {
        if (lengthBytes < READ_BACK_LENGTH_BYTES) {
            throw new IllegalArgumentException(
                    "a flush is of at least " + READ_BACK_LENGTH_BYTES + " bytes, not " + lengthBytes);
        }
        if (level == PersistenceLevel.VISIBLE) {
            readBack.clear();
            read(key, address + lengthBytes - READ_BACK_LENGTH_BYTES, readBack, deadline);
        } else {
            Flush flush = Flush.newBuilder()
                    .setKey(key)
                    .setAddress(address)
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
    public void read(int key, long address, ByteBuffer sink, Deadline deadline) throws PmuException {
        enter(deadline);
        try {
            stream.read(key, address, sink, deadline);
        } catch (IOException e) {
            throw broken(e);
        } catch (ProtocolFaultException e) {
            throw violated(e);
        } catch (RuntimeException e) {
            throw defect(e);
        } finally {
            inUse.set(false);
        }
    }

    @Override
    public Response call(Request request, Deadline deadline) throws PmuException {
        enter(deadline);
        try {
            Request numbered = request.toBuilder().setId(++lastRequestId).build();
            Response response = stream.exchange(numbered, deadline);
            if (response.getStatus() != 0) {
                throw new PmuException(
                        ErrorCode.ofNumber(response.getStatus()), "unit " + address + ": " + response.getMessage());
            }
            return response;
        } catch (IOException e) {
            throw broken(e);
        } catch (ProtocolFaultException e) {
            throw violated(e);
        } catch (RuntimeException e) {
            throw defect(e);
        } finally {
            inUse.set(false);
        }
    }

    @Override
    public Event awaitEvent(Deadline deadline) throws PmuException {
        enter();
        try {
            return stream.awaitEvent(deadline);
        } catch (IOException e) {
            throw broken(e);
        } catch (ProtocolFaultException e) {
            throw violated(e);
        } catch (RuntimeException e) {
            throw defect(e);
        } finally {
            inUse.set(false);
        }
    }

    @Override
    public void wakeup() {
        stream.wakeUp();
    }

    @Override
    public boolean isOpen() {
        return endReason.get() == null;
    }

    @Override
    public void close() {
        end("closed by this side");
    }

    private void enter(Deadline deadline) throws PmuException {
        enter();
        if (deadline.hasPassed()) {
            end("an operation had no time left");
            inUse.set(false);
            throw failure(ErrorCode.DEADLINE_EXCEEDED, "no time left; the connection was ended", null);
        }
    }

    private void enter() throws PmuException {
        if (!inUse.compareAndSet(false, true)) {
            throw new IllegalStateException("another thread is using this connection to " + address);
        }
        String reason = endReason.get();
        if (reason != null) {
            inUse.set(false);
            throw failure(ErrorCode.CONNECTION_LOST, "the connection has ended: " + reason, null);
        }
        if (Thread.currentThread().isInterrupted()) {
            end("its thread was interrupted");
            inUse.set(false);
            throw failure(ErrorCode.CONNECTION_LOST, "the connection has ended: its thread was interrupted", null);
        }
    }

    /** The error for a failed socket; the connection is over. */
    private PmuException broken(IOException cause) {
        String reason = endReason.get();
        if (reason != null) {
            // Another thread closed it; that the socket then failed says nothing more.
            return failure(ErrorCode.CONNECTION_LOST, "the connection has ended: " + reason, null);
        }
        if (stream.terminated() == null && !Thread.currentThread().isInterrupted()) {
            stream.lookForTerminate();
        }
        Terminate terminate = stream.terminated();
        if (terminate != null) {
            end("terminated by the unit");
            return terminate.isProtectionFault()
                    ? failure(
                            ErrorCode.ACCESS_REFUSED,
                            "the unit refused an access: " + terminate.text()
                                    + "; the key may have been revoked: open the region again",
                            cause)
                    : failure(
                            ErrorCode.PROTOCOL_VIOLATION, "the unit terminated the stream: " + terminate.text(), cause);
        }
        if (cause instanceof SocketTimeoutException) {
            end("an operation exceeded its deadline");
            return failure(ErrorCode.DEADLINE_EXCEEDED, cause.getMessage() + "; the connection was ended", cause);
        }
        String why = Thread.currentThread().isInterrupted()
                ? "its thread was interrupted"
                : cause instanceof EOFException ? cause.getMessage() : "it broke (" + cause.getMessage() + ")";
        end(why);
        return failure(ErrorCode.CONNECTION_LOST, "the connection has ended: " + why, cause);
    }

    /** The error for a unit that does not keep to the protocol; the connection is over. */
    private PmuException violated(ProtocolFaultException cause) {
        try {
            stream.terminate(cause.code());
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> address + ": the unit could not be told: " + e.getMessage());
        }
        end("the unit broke the protocol");
        return failure(ErrorCode.PROTOCOL_VIOLATION, "the unit broke the protocol: " + cause.getMessage(), cause);
    }

    /** A failure in the middle of an operation that nobody foresaw: the stream's state is not known any more. */
    private RuntimeException defect(RuntimeException cause) {
        end("an operation failed: " + cause);
        return cause;
    }

    private PmuException failure(ErrorCode code, String why, Exception cause) {
        Durability durability = stream.isUnacknowledged() ? Durability.UNKNOWN : Durability.NOT_WRITTEN;
        return new PmuException(code, "unit " + address + ": " + why, durability, cause);
    }

    private void end(String reason) {
        if (endReason.compareAndSet(null, reason)) {
            try {
                stream.close();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, () -> address + ": closing failed: " + e.getMessage());
            }
            onEnd.accept(this);
        }
    }
}
