package org.pmuconnector.log;

import java.nio.ByteBuffer;
import org.pmuconnector.model.PmuException;

/** A region's memory as the log sees it: bytes by offset from the region's start, reached by one-sided accesses. */
public interface RegionMemory {

    /** Posts a write of all that remains in the source; it is placed before anything flushed or read later. */
    void write(long offset, ByteBuffer source) throws PmuException;

    /** Returns when all that was posted is at the region's persistence level in the range. */
    void flush(long offset, long lengthBytes) throws PmuException;

    /** Fills the sink from its position to its limit. */
    void read(long offset, ByteBuffer sink) throws PmuException;
}
