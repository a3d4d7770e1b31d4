package org.pmuconnector.pmu.firmware;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.pmuconnector.pmu.memory.PersistentMemory;

/** Changes ranges of the memory in bulk. One thread at a time. */
final class MemoryMover {

    private static final int PIECE_BYTES = 256 * 1024;

    private final PersistentMemory memory;
    private ByteBuffer piece;
    private ByteBuffer zeros;

    MemoryMover(PersistentMemory memory) {
        this.memory = memory;
    }

    /** Makes a range zero. What is zero is not written: a sparse file stays sparse there. */
    void wipe(long offset, long lengthBytes) throws IOException {
        allocate();
        long end = offset + lengthBytes;
        for (long at = offset; at < end; at += PIECE_BYTES) {
            int length = (int) Math.min(PIECE_BYTES, end - at);
            memory.read(at, piece.clear(), length);
            piece.flip();
            if (piece.mismatch(zeros.clear().limit(length)) >= 0) {
                memory.write(at, zeros, length);
                memory.persist(at, length);
            }
        }
    }

    /** Copies a range to another one; they have no byte in common. */
    void copy(long fromOffset, long toOffset, long lengthBytes) throws IOException {
        allocate();
        for (long done = 0; done < lengthBytes; done += PIECE_BYTES) {
            int length = (int) Math.min(PIECE_BYTES, lengthBytes - done);
            memory.read(fromOffset + done, piece.clear(), length);
            memory.write(toOffset + done, piece.flip(), length);
        }
        memory.persist(toOffset, lengthBytes);
    }

    /** Few units ever move anything. */
    private void allocate() {
        if (piece == null) {
            piece = ByteBuffer.allocateDirect(PIECE_BYTES);
            zeros = ByteBuffer.allocateDirect(PIECE_BYTES);
        }
    }
}
