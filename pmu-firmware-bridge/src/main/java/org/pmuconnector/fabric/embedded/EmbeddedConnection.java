package org.pmuconnector.fabric.embedded;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Flush;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.nic.embedded.EmbeddedStream;

/** A connection to a unit in this process: the caller's thread does the unit's work. */
final class EmbeddedConnection implements FabricConnection {

    private final UnitAddress address;
    private final EmbeddedStream stream;
    private final Consumer<EmbeddedConnection> ended;

    /** Takes what a flush reads back. */
    private final ByteBuffer readBack = ByteBuffer.allocateDirect(Long.BYTES);

    private boolean posted;

    EmbeddedConnection(UnitAddress address, EmbeddedStream stream, Consumer<EmbeddedConnection> ended) {
        this.address = address;
        this.stream = stream;
        this.ended = ended;
    }

    @Override
    public void write(int key, long remoteAddress, ByteBuffer source, Deadline deadline) throws PmuException {
        begin(deadline);
        posted = true;
        try {
            stream.write(key, remoteAddress, source);
        } catch (ProtectionFaultException e) {
            throw refused(e);
        } catch (InternalError e) {
            throw broken(e);
        }
    }

    @Override
    public void flush(int key, long remoteAddress, long lengthBytes, PersistenceLevel level, Deadline deadline)
            throws PmuException {
        if (lengthBytes < Long.BYTES) {
            throw new IllegalArgumentException("a flush of " + lengthBytes + " bytes; it takes at least 8");
        }
        begin(deadline);
        if (level == PersistenceLevel.VISIBLE) {
            try {
                stream.read(key, remoteAddress + lengthBytes - Long.BYTES, readBack.clear());
            } catch (ProtectionFaultException e) {
                throw refused(e);
            }
        } else {
            Response response = stream.call(Request.newBuilder()
                    .setFlush(Flush.newBuilder()
                            .setKey(key)
                            .setAddress(remoteAddress)
                            .setLengthBytes(lengthBytes))
                    .build());
            if (response.getStatus() != 0) {
                throw failedFlush(response);
            }
        }
        posted = false;
    }

    private PmuException failedFlush(Response response) {
        ErrorCode code = ErrorCode.ofNumber(response.getStatus());
        if (code != ErrorCode.LEVEL_NOT_OFFERED) {
            end("flush failed: " + response.getMessage());
        }
        return new PmuException(code, address + ": " + response.getMessage(), durability(), null);
    }

    @Override
    public void read(int key, long remoteAddress, ByteBuffer sink, Deadline deadline) throws PmuException {
        begin(deadline);
        try {
            stream.read(key, remoteAddress, sink);
        } catch (ProtectionFaultException e) {
            throw refused(e);
        } catch (InternalError e) {
            throw broken(e);
        }
    }

    @Override
    public Response call(Request request, Deadline deadline) throws PmuException {
        begin(deadline);
        Response response = stream.call(request);
        if (!stream.isOpen()) {
            throw lost();
        }
        if (response.getStatus() != 0) {
            throw new PmuException(ErrorCode.ofNumber(response.getStatus()), address + ": " + response.getMessage());
        }
        return response;
    }

    @Override
    public Event awaitEvent(Deadline deadline) throws PmuException {
        if (Thread.currentThread().isInterrupted()) {
            end("the waiting thread was interrupted");
        }
        try {
            Event event = stream.awaitEvent(deadline.remainingNanos());
            if (event == null && !stream.isOpen()) {
                throw lost();
            }
            return event;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            end("the waiting thread was interrupted");
            throw lost();
        }
    }

    @Override
    public void wakeup() {
        stream.wakeup();
    }

    @Override
    public boolean isOpen() {
        return stream.isOpen();
    }

    @Override
    public void close() {
        end("closed by the initiator");
    }

    private void begin(Deadline deadline) throws PmuException {
        if (!stream.isOpen()) {
            throw lost();
        }
        if (Thread.currentThread().isInterrupted()) {
            // On a network the channel would be closed by the interrupt; callers meet one behaviour.
            end("the calling thread was interrupted");
            throw lost();
        }
        if (deadline.hasPassed()) {
            end("deadline exceeded");
            throw new PmuException(ErrorCode.DEADLINE_EXCEEDED, address + ": no answer in time", durability(), null);
        }
    }

    private PmuException refused(ProtectionFaultException fault) {
        Durability durability = durability();
        end("access refused: " + fault.getMessage());
        return new PmuException(
                ErrorCode.ACCESS_REFUSED,
                address + " refused an access and ended the connection: " + fault.getMessage(),
                durability,
                fault);
    }

    /** How a mapped file says that it has no room on its disk, or that the disk failed. */
    private PmuException broken(InternalError cause) {
        end("the memory cannot be accessed");
        return new PmuException(
                ErrorCode.UNIT_IO,
                address + ": the memory cannot be accessed; its disk may be full or broken",
                durability(),
                cause);
    }

    private PmuException lost() {
        return new PmuException(
                ErrorCode.CONNECTION_LOST, address + ": connection ended: " + stream.endReason(), durability(), null);
    }

    /** What was posted and not flushed may or may not be at the level asked for. */
    private Durability durability() {
        return posted ? Durability.UNKNOWN : Durability.NOT_WRITTEN;
    }

    private void end(String reason) {
        stream.end(reason);
        ended.accept(this);
    }
}
