package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Optional;
import org.pmuconnector.model.PersistenceLevel;

/**
 * A file on persistent memory itself, without a page cache between: a file system mounted with DAX. What is written is in
 * the processor's caches, and {@link #persist} writes exactly its cache lines back, without the operating system; callers
 * do not wait for each other.
 *
 * <p>The mapping is one that the file system keeps its own records of at every page fault (MAP_SYNC), so that no byte can
 * be in a block that the file does not have after a power failure. Where that is not offered, the mapping fails.
 */
final class DaxMemory extends MappedMemory {

    DaxMemory(Path file, String fileSystem, FileChannel channel, long sizeBytes, FileChannel.MapMode mode)
            throws IOException {
        super(file, fileSystem, channel, sizeBytes, mode);
    }

    /**
     * Maps a file's first bytes.
     *
     * @throws IOException if the file system, the processor or this Java runtime does not offer such a mapping
     */
    static DaxMemory map(Path file, String fileSystem, FileChannel channel, long sizeBytes) throws IOException {
        FileChannel.MapMode mode =
                mode().orElseThrow(() -> new IOException("this Java runtime has no module jdk.nio.mapmode"));
        try {
            return new DaxMemory(file, fileSystem, channel, sizeBytes, mode);
        } catch (UnsupportedOperationException e) {
            throw new IOException("this processor cannot write cache lines back", e);
        }
    }

    /**
     * The mapping mode, which is in a module of its own. It is looked up in the boot layer: class loaders of application
     * servers do not show that package to what is deployed in them, and a runtime may be built without the module.
     */
    private static Optional<FileChannel.MapMode> mode() throws IOException {
        Optional<Module> module = ModuleLayer.boot().findModule("jdk.nio.mapmode");
        if (module.isEmpty()) {
            return Optional.empty();
        }
        Class<?> modes = Class.forName(module.get(), "jdk.nio.mapmode.ExtendedMapMode");
        try {
            return Optional.of(
                    (FileChannel.MapMode) modes.getField("READ_WRITE_SYNC").get(null));
        } catch (ReflectiveOperationException e) {
            throw new IOException("this Java runtime's module jdk.nio.mapmode is another one", e);
        }
    }

    @Override
    public PersistenceLevel highestLevel() {
        return PersistenceLevel.PERSISTENT;
    }

    @Override
    public String description() {
        return description("DAX file");
    }

    @Override
    public boolean isWrittenDirectly() {
        return true;
    }

    @Override
    public void persist(long offset, long lengthBytes) {
        pieces.visit(offset, lengthBytes, MappedByteBuffer::force);
    }
}
