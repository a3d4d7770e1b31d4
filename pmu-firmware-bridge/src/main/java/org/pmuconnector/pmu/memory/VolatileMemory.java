package org.pmuconnector.pmu.memory;

import java.nio.ByteBuffer;
import java.util.List;
import org.pmuconnector.model.PersistenceLevel;

/** Memory of this process, gone with it: for tests, simulations and demonstrations. */
public final class VolatileMemory implements PersistentMemory {

    private static final int PIECE_SHIFT = 30;

    private final long sizeBytes;
    private final BufferPieces<ByteBuffer> pieces;

    /** Memory of that size, all zero. */
    public VolatileMemory(long sizeBytes) {
        this.sizeBytes = sizeBytes;
        this.pieces = new BufferPieces<>(
                sizeBytes,
                PIECE_SHIFT,
                new ByteBuffer[BufferPieces.count(sizeBytes, PIECE_SHIFT)],
                (offset, lengthBytes) -> ByteBuffer.allocateDirect(lengthBytes));
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public PersistenceLevel highestLevel() {
        return PersistenceLevel.VISIBLE;
    }

    @Override
    public String description() {
        return "volatile memory of this process";
    }

    @Override
    public void write(long offset, ByteBuffer source, int lengthBytes) {
        pieces.write(offset, source, lengthBytes);
    }

    @Override
    public void read(long offset, ByteBuffer sink, int lengthBytes) {
        pieces.read(offset, sink, lengthBytes);
    }

    /** Nothing is left to do: the highest level is that of every write. */
    @Override
    public void persist(long offset, long lengthBytes) {
        pieces.visit(offset, lengthBytes, (piece, at, part) -> {});
    }

    @Override
    public List<ByteBuffer> expose(long offset, long lengthBytes, boolean writable) {
        return pieces.slices(offset, lengthBytes);
    }

    @Override
    public void close() {
        // The pieces go with this object.
    }
}
