package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.pmuconnector.model.PersistenceLevel;

/**
 * Bytes at offsets from 0 to {@link #sizeBytes}. Safe for use by many threads: accesses take no lock and allocate
 * nothing, and those that overlap in time and place may mix.
 *
 * <p>Offsets and lengths are checked by the caller, which owns the tables; an access outside the memory is an
 * {@link IndexOutOfBoundsException}, a defect and not an answer to a peer.
 */
public interface PersistentMemory extends AutoCloseable {

    /** How many bytes there are. */
    long sizeBytes();

    /** What {@link #persist} can promise. */
    PersistenceLevel highestLevel();

    /** The kind of memory and where it is, for a person. */
    String description();

    /** Takes that many bytes from the source's position on, which moves along, to the offset. */
    void write(long offset, ByteBuffer source, int lengthBytes);

    /** Puts that many bytes from the offset on at the sink's position, which moves along. */
    void read(long offset, ByteBuffer sink, int lengthBytes);

    /**
     * Returns when what was written to the range before is at the memory's highest level.
     *
     * @throws IOException if the operating system could not; what has become persistent is unknown then
     */
    void persist(long offset, long lengthBytes) throws IOException;

    /**
     * The direct buffers that are a range's bytes themselves, in order, for a device to access; none where this memory has
     * no such buffers.
     *
     * @param writable whether the device may write: from now on {@link #persist} covers what it has written, too, of which
     *     no other code knows
     */
    default List<ByteBuffer> expose(long offset, long lengthBytes, boolean writable) {
        return List.of();
    }

    /** Whether {@link #expose} hands out persistent memory itself: what a device writes there is in no cache of a file. */
    default boolean isWrittenDirectly() {
        return false;
    }

    /** Gives the memory up. Accesses from then on have no defined effect. */
    @Override
    void close();
}
