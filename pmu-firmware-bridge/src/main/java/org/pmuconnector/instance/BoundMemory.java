package org.pmuconnector.instance;

import java.nio.ByteBuffer;
import java.util.List;
import org.pmuconnector.control.wire.Level;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.log.LogGeometry;
import org.pmuconnector.log.LogSource;
import org.pmuconnector.log.RegionMemory;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;

/**
 * A region under a key that was bound to one connection. Can be bound anew, to another connection or with another right,
 * without those who hold it noticing.
 *
 * <p>One thread at a time.
 */
final class BoundMemory implements RegionMemory, LogSource {

    private UnitConnection connection;
    private int key;
    private long baseAddress;
    private RegionState state;

    BoundMemory(UnitConnection connection, OpenRegionReply reply) {
        bind(connection, reply);
    }

    void bind(UnitConnection newConnection, OpenRegionReply reply) {
        connection = newConnection;
        key = reply.getKey();
        baseAddress = reply.getBaseAddress();
        state = reply.getState();
    }

    UnitConnection connection() {
        return connection;
    }

    /** The region as it was when the key was bound: what never changes of it can be trusted. */
    RegionState state() {
        return state;
    }

    LogGeometry geometry() {
        return new LogGeometry(state.getSizeBytes(), state.getExtentBytes());
    }

    long maxBaseBytes() {
        return state.getMaxBaseBytes();
    }

    PersistenceLevel level() {
        return state.getLevel() == Level.PERSISTENT ? PersistenceLevel.PERSISTENT : PersistenceLevel.VISIBLE;
    }

    boolean isPersistent() {
        return level() == PersistenceLevel.PERSISTENT;
    }

    @Override
    public void write(long offset, ByteBuffer source) throws PmuException {
        connection.fabric().write(key, baseAddress + offset, source, connection.deadline());
    }

    @Override
    public void flush(long offset, long lengthBytes) throws PmuException {
        connection.fabric().flush(key, baseAddress + offset, lengthBytes, level(), connection.deadline());
    }

    @Override
    public void read(long offset, ByteBuffer sink) throws PmuException {
        connection.fabric().read(key, baseAddress + offset, sink, connection.deadline());
    }

    @Override
    public Bounds bounds() throws PmuException {
        return bounds(connection.region(state.getRegion()));
    }

    static Bounds bounds(RegionState state) {
        List<EpochStart> starts = state.getEpochStartsList().stream()
                .map(start -> new EpochStart(start.getEpoch(), start.getStartPosition(), start.getSalt()))
                .toList();
        return new Bounds(starts, state.getTrimPosition());
    }
}
