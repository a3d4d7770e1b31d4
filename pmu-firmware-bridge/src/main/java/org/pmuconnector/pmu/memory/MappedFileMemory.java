package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.pmuconnector.model.PersistenceLevel;

/**
 * A file, mapped. What is written is in the operating system's page cache at once, so that it survives the death of this
 * process, and {@link #persist} writes it through.
 *
 * <p>The file stays the caller's: this class neither opens, locks nor closes it. The mapping itself ends when the
 * garbage collector finds this object.
 */
public final class MappedFileMemory implements PersistentMemory {

    /** At most 1 GiB is mapped in one piece. */
    private static final int PIECE_SHIFT = 30;

    /** File systems that are gone with the power. */
    private static final Set<String> VOLATILE_FILE_SYSTEMS = Set.of("tmpfs", "ramfs", "devtmpfs");

    private final Path file;
    private final long sizeBytes;
    private final String fileSystem;
    private final BufferPieces<MappedByteBuffer> pieces;
    private volatile boolean failed;

    /**
     * Maps the file's first bytes. Takes no time that grows with what is in the file.
     *
     * @param file the channel's file, for messages and to find out the file system
     * @param channel open for reading and writing, at least {@code sizeBytes} long
     * @throws IOException if the file cannot be mapped
     */
    public MappedFileMemory(Path file, FileChannel channel, long sizeBytes) throws IOException {
        this(file, channel, sizeBytes, FileChannel.MapMode.READ_WRITE);
    }

    private MappedFileMemory(Path file, FileChannel channel, long sizeBytes, FileChannel.MapMode mode)
            throws IOException {
        this.file = file;
        this.sizeBytes = sizeBytes;
        this.fileSystem = Files.getFileStore(file).type();
        this.pieces = new BufferPieces<>(
                sizeBytes,
                PIECE_SHIFT,
                new MappedByteBuffer[BufferPieces.count(sizeBytes, PIECE_SHIFT)],
                (offset, lengthBytes) -> channel.map(mode, offset, lengthBytes));
    }

    /** The same, only to be read: a write is a {@link java.nio.ReadOnlyBufferException}. */
    public static MappedFileMemory readOnly(Path file, FileChannel channel, long sizeBytes) throws IOException {
        return new MappedFileMemory(file, channel, sizeBytes, FileChannel.MapMode.READ_ONLY);
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public PersistenceLevel highestLevel() {
        return levelOf(fileSystem);
    }

    static PersistenceLevel levelOf(String fileSystem) {
        return VOLATILE_FILE_SYSTEMS.contains(fileSystem) ? PersistenceLevel.VISIBLE : PersistenceLevel.PERSISTENT;
    }

    @Override
    public String description() {
        return "mapped file " + file + " on " + fileSystem;
    }

    @Override
    public void write(long offset, ByteBuffer source, int lengthBytes) {
        pieces.write(offset, source, lengthBytes);
    }

    @Override
    public void read(long offset, ByteBuffer sink, int lengthBytes) {
        pieces.read(offset, sink, lengthBytes);
    }

    @Override
    public void persist(long offset, long lengthBytes) throws IOException {
        if (failed) {
            throw new IOException(
                    "writing through failed before; what is persistent is unknown until the unit is restarted");
        }
        try {
            pieces.visit(offset, lengthBytes, MappedByteBuffer::force);
        } catch (UncheckedIOException e) {
            // How a mapped buffer reports that writing through failed. The operating system may take the pages for
            // clean from now on, so that a second try would succeed without having written anything.
            failed = true;
            throw e.getCause();
        }
    }

    @Override
    public void close() {
        // The file and its lock belong to whoever opened it.
    }
}
