package org.pmuconnector.pmu.nic.embedded;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.RemoteMemory;

/**
 * A network interface without a network: initiators of this process call it. Every access goes through the same tables
 * as on any other transport. Safe for use by many threads.
 */
public final class EmbeddedNic implements AutoCloseable {

    private final RemoteMemory memory;
    private final ControlService control;
    private final int queuedEvents;
    private final Set<EmbeddedStream> streams = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * An interface to a unit.
     *
     * @param queuedEvents how many events may wait to be taken by one connection
     */
    public EmbeddedNic(RemoteMemory memory, ControlService control, int queuedEvents) {
        this.memory = memory;
        this.control = control;
        this.queuedEvents = queuedEvents;
    }

    /**
     * Sets up a connection.
     *
     * @throws PmuException {@code LIMIT_REACHED}; {@code UNIT_UNREACHABLE} if this interface is closed
     */
    public EmbeddedStream connect() throws PmuException {
        EmbeddedStream stream = new EmbeddedStream(memory, queuedEvents, streams::remove);
        streams.add(stream);
        try {
            stream.start(control);
        } catch (PmuException e) {
            streams.remove(stream);
            throw e;
        }
        if (closed) {
            stream.end("the unit is stopping");
            throw new PmuException(ErrorCode.UNIT_UNREACHABLE, "the embedded unit has been closed");
        }
        return stream;
    }

    /** Ends all connections. */
    @Override
    public void close() {
        closed = true;
        streams.forEach(stream -> stream.end("the unit is stopping"));
    }
}
