package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.pmuconnector.model.PersistenceLevel;

/**
 * A file that is nowhere but in memory: on tmpfs, or on hugetlbfs, whose pages are never moved or written to a swap
 * device. It survives the death of this process and not the power's: {@link #persist} has nothing to do.
 */
final class PinnedMemory extends MappedMemory {

    PinnedMemory(Path file, String fileSystem, FileChannel channel, long sizeBytes, FileChannel.MapMode mode)
            throws IOException {
        super(file, fileSystem, channel, sizeBytes, mode);
    }

    @Override
    public PersistenceLevel highestLevel() {
        return PersistenceLevel.VISIBLE;
    }

    @Override
    public String description() {
        return description("memory file");
    }

    /** Nothing is left to do: the highest level is that of every write. */
    @Override
    public void persist(long offset, long lengthBytes) {
        pieces.visit(offset, lengthBytes, (piece, at, part) -> {});
    }
}
