package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.pmuconnector.model.PersistenceLevel;

/**
 * A file in the operating system's page cache. What is written is there at once, so that it survives the death of this
 * process, and {@link #persist} writes it through, for all who ask at the same time together: {@link GroupFlush}.
 */
final class MappedFileMemory extends MappedMemory {

    /** The least that any processor's page has; touching one twice does no harm. */
    private static final int PAGE_BYTES = 4096;

    private static final VarHandle INTS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final GroupFlush flush = new GroupFlush(PIECE_SHIFT, this::force);
    private final ExposedBlocks exposed;

    MappedFileMemory(Path file, String fileSystem, FileChannel channel, long sizeBytes, FileChannel.MapMode mode)
            throws IOException {
        super(file, fileSystem, channel, sizeBytes, mode);
        this.exposed = new ExposedBlocks(sizeBytes);
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
    public List<ByteBuffer> expose(long offset, long lengthBytes, boolean writable) {
        List<ByteBuffer> buffers = super.expose(offset, lengthBytes, writable);
        if (writable) {
            exposed.add(offset, lengthBytes);
        }
        return buffers;
    }

    @Override
    public void persist(long offset, long lengthBytes) throws IOException {
        Objects.checkFromIndexSize(offset, lengthBytes, sizeBytes());
        if (lengthBytes > 0) {
            // Not what a round has merged: each page in between would be written, too, changed or not.
            exposed.visit(offset, lengthBytes, (at, part) -> pieces.visit(at, part, MappedFileMemory::touch));
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

    /**
     * Makes the operating system notice that pages have changed. A device writes to them without a page fault, so that one
     * that was written through before would be taken for clean, and left out. Adding zero is a write that loses none of the
     * device's: it is atomic. Only for pages that a device could write to: these are there, while others may be holes of the
     * file that the disk has no room for, and a fault in this access can end the process.
     */
    private static void touch(MappedByteBuffer piece, int offset, int lengthBytes) {
        int first = offset & -PAGE_BYTES;
        for (int page = first; page - offset < lengthBytes; page += PAGE_BYTES) {
            INTS.getAndAdd(piece, page, 0);
        }
    }
}
