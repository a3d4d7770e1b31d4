package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;

/**
 * What the memories that are in a file have in common: the mapping, in pieces of at most 1 GiB. Mapping takes no time that
 * grows with what is in the file.
 *
 * <p>The file stays the caller's: no memory opens, locks or closes it. The mapping itself ends when the garbage collector
 * finds it.
 */
abstract class MappedMemory implements PersistentMemory {

    /** At most 1 GiB is mapped in one piece. */
    static final int PIECE_SHIFT = 30;

    private final Path file;
    private final String fileSystem;
    private final long sizeBytes;
    final BufferPieces<MappedByteBuffer> pieces;

    /**
     * Maps the file's first bytes.
     *
     * @throws IOException if they cannot be mapped
     * @throws UnsupportedOperationException if there is no such mode here
     */
    MappedMemory(Path file, String fileSystem, FileChannel channel, long sizeBytes, FileChannel.MapMode mode)
            throws IOException {
        this.file = file;
        this.fileSystem = fileSystem;
        this.sizeBytes = sizeBytes;
        this.pieces = new BufferPieces<>(
                sizeBytes,
                PIECE_SHIFT,
                new MappedByteBuffer[BufferPieces.count(sizeBytes, PIECE_SHIFT)],
                (offset, lengthBytes) -> channel.map(mode, offset, lengthBytes));
    }

    @Override
    public final long sizeBytes() {
        return sizeBytes;
    }

    /** Such as "mapped file F on ext4". */
    final String description(String kind) {
        return kind + " " + file + " on " + fileSystem;
    }

    @Override
    public final void write(long offset, ByteBuffer source, int lengthBytes) {
        pieces.write(offset, source, lengthBytes);
    }

    @Override
    public final void read(long offset, ByteBuffer sink, int lengthBytes) {
        pieces.read(offset, sink, lengthBytes);
    }

    @Override
    public List<ByteBuffer> expose(long offset, long lengthBytes, boolean writable) {
        return pieces.slices(offset, lengthBytes);
    }

    @Override
    public final void close() {
        // The file and its lock belong to whoever opened it.
    }
}
