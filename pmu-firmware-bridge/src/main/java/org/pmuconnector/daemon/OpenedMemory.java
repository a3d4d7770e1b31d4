package org.pmuconnector.daemon;

import java.nio.ByteBuffer;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.log.RegionMemory;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;

/**
 * A region's memory under the key that a tool's connection was given.
 *
 * @param level at which it is flushed
 */
record OpenedMemory(UnitAccess unit, OpenRegionReply opened, PersistenceLevel level) implements RegionMemory {

    /** Opened for reading. */
    OpenedMemory(UnitAccess unit, OpenRegionReply opened) {
        this(unit, opened, PersistenceLevel.VISIBLE);
    }

    @Override
    public void read(long offset, ByteBuffer sink) throws PmuException {
        unit.connection().read(opened.getKey(), opened.getBaseAddress() + offset, sink, unit.deadline());
    }

    @Override
    public void write(long offset, ByteBuffer source) throws PmuException {
        unit.connection().write(opened.getKey(), opened.getBaseAddress() + offset, source, unit.deadline());
    }

    @Override
    public void flush(long offset, long lengthBytes) throws PmuException {
        unit.connection().flush(opened.getKey(), opened.getBaseAddress() + offset, lengthBytes, level, unit.deadline());
    }
}
