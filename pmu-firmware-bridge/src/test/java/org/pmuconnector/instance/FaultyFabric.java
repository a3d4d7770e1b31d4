package org.pmuconnector.instance;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.Durability;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/** A fabric on which the next write can be made to fail, or something to happen behind a request, once, as is chosen. */
final class FaultyFabric implements Fabric {

    /** Where a connection breaks. */
    enum Fault {
        /** Before anything was placed. */
        BEFORE_WRITE,
        /** After half of the bytes were placed. */
        HALF_WRITTEN,
        /** After all was placed, before it was flushed. */
        BEFORE_FLUSH,
        /** After it was flushed, before the answer came back. */
        AFTER_FLUSH
    }

    private final Fabric real;
    private final AtomicReference<Fault> next = new AtomicReference<>();
    private final AtomicReference<Runnable> meanwhile = new AtomicReference<>();
    private final AtomicInteger refusals = new AtomicInteger();

    private final AtomicReference<Behind> behind = new AtomicReference<>();

    /** What happens when the unit has answered such a request or refused it, before its sender goes on. */
    private record Behind(Predicate<Request> request, Runnable action) {}

    FaultyFabric(Fabric real) {
        this.real = real;
    }

    /** The next write on any connection fails there. */
    void failNextWrite(Fault fault) {
        next.set(fault);
    }

    /** As {@link #failNextWrite(Fault)}, and something happens before the writer learns of it. */
    void failNextWrite(Fault fault, Runnable before) {
        meanwhile.set(before);
        next.set(fault);
    }

    /** So many connections are refused, as those of an instance whose session is not there again yet. */
    void refuseConnections(int count) {
        refusals.set(count);
    }

    /** Something happens behind the next request of a kind. */
    void behindNext(Predicate<Request> request, Runnable action) {
        behind.set(new Behind(request, action));
    }

    private boolean take(Fault fault) {
        return next.compareAndSet(fault, null);
    }

    @Override
    public UnitAddress address() {
        return real.address();
    }

    @Override
    public FabricConnection connect(Deadline deadline) throws PmuException {
        if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new PmuException(ErrorCode.NO_SESSION, "refused by the test");
        }
        return new FaultyConnection(real.connect(deadline));
    }

    @Override
    public void close() {
        real.close();
    }

    private final class FaultyConnection implements FabricConnection {
        private final FabricConnection connection;

        FaultyConnection(FabricConnection connection) {
            this.connection = connection;
        }

        private PmuException broken() {
            connection.close();
            Runnable action = meanwhile.getAndSet(null);
            if (action != null) {
                action.run();
            }
            return new PmuException(ErrorCode.CONNECTION_LOST, "broken by the test", Durability.UNKNOWN, null);
        }

        @Override
        public void write(int key, long address, ByteBuffer source, Deadline deadline) throws PmuException {
            if (take(Fault.BEFORE_WRITE)) {
                throw broken();
            }
            if (take(Fault.HALF_WRITTEN)) {
                connection.write(key, address, source.slice(source.position(), source.remaining() / 2), deadline);
                throw broken();
            }
            connection.write(key, address, source, deadline);
        }

        @Override
        public void flush(int key, long address, long lengthBytes, PersistenceLevel level, Deadline deadline)
                throws PmuException {
            if (take(Fault.BEFORE_FLUSH)) {
                throw broken();
            }
            connection.flush(key, address, lengthBytes, level, deadline);
            if (take(Fault.AFTER_FLUSH)) {
                throw broken();
            }
        }

        @Override
        public void read(int key, long address, ByteBuffer sink, Deadline deadline) throws PmuException {
            connection.read(key, address, sink, deadline);
        }

        @Override
        public Response call(Request request, Deadline deadline) throws PmuException {
            try {
                return connection.call(request, deadline);
            } finally {
                Behind due = behind.get();
                if (due != null && due.request.test(request) && behind.compareAndSet(due, null)) {
                    due.action.run();
                }
            }
        }

        @Override
        public Event awaitEvent(Deadline deadline) throws PmuException {
            return connection.awaitEvent(deadline);
        }

        @Override
        public void wakeup() {
            connection.wakeup();
        }

        @Override
        public boolean isOpen() {
            return connection.isOpen();
        }

        @Override
        public void close() {
            connection.close();
        }
    }
}
