package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import org.pmuconnector.model.PersistenceLevel;

/**
 * A file in the operating system's page cache. What is written is there at once, so that it survives the death of this
 * process, and {@link #persist} writes it through, for all who ask at the same time together: {@link GroupFlush}.
 */
final class MappedFileMemory extends MappedMemory {

    private final GroupFlush flush = new GroupFlush(PIECE_SHIFT, this::force);

    MappedFileMemory(Path file, String fileSystem, FileChannel channel, long sizeBytes, FileChannel.MapMode mode)
            throws IOException {
        super(file, fileSystem, channel, sizeBytes, mode);
    }

    @Override
    public PersistenceLevel highestLevel() {
        return PersistenceLevel.PERSISTENT;
    }

    @Override
    public String description() {
        String description = description("mapped file");
        return flush.failure() == null
                ? description
                : description + "; " + flush.failure().getMessage();
    }

    @Override
    public void persist(long offset, long lengthBytes) throws IOException {
        Objects.checkFromIndexSize(offset, lengthBytes, sizeBytes());
        if (lengthBytes > 0) {
            flush.persist(offset, lengthBytes);
        }
    }

    private void force(long offset, long lengthBytes) throws IOException {
        try {
            pieces.visit(offset, lengthBytes, MappedByteBuffer::force);
        } catch (UncheckedIOException e) {
            // How a mapped buffer reports that writing through failed.
            throw e.getCause();
        }
    }
}
