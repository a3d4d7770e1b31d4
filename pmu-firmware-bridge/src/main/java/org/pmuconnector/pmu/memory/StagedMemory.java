package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.pmuconnector.model.PersistenceLevel;

/**
 * Memory of this process in front of another one, which no device can be given: devices and all others access this one, and
 * what is persisted is copied to the one behind it first. Kernels let some memory not be pinned for devices: files on DAX
 * file systems, and from Linux 6.5 on every file that has to be written back.
 *
 * <p>What was not persisted goes with the process that dies; one that closes this memory loses nothing.
 */
final class StagedMemory implements PersistentMemory {

    private static final int COPIED_AT_ONCE_SHIFT = 20;
    private static final int COPIED_AT_ONCE_BYTES = 1 << COPIED_AT_ONCE_SHIFT;

    /** Copies to different parts of the memory are seldom in each other's way. */
    private static final int COPYING_LOCKS = 16;

    private final PersistentMemory behind;
    private final String reason;
    private final BufferPieces<ByteBuffer> pieces;
    private final Object[] copying = new Object[COPYING_LOCKS];

    private StagedMemory(PersistentMemory behind, String reason, int pieceShift) {
        this.behind = behind;
        this.reason = reason;
        this.pieces = new BufferPieces<>(
                behind.sizeBytes(),
                pieceShift,
                new ByteBuffer[BufferPieces.count(behind.sizeBytes(), pieceShift)],
                this::load);
        Arrays.setAll(copying, i -> new Object());
    }

    /**
     * The memory itself if a device can be given all of it, else one in front of it.
     *
     * @throws IOException if this process cannot have as much memory as the other one has
     */
    static PersistentMemory unlessPinned(PersistentMemory memory, Pinning pinning) throws IOException {
        for (ByteBuffer piece : memory.expose(0, memory.sizeBytes(), false)) {
            Optional<String> refusal = pinning.refusal(piece);
            if (refusal.isPresent()) {
                return inFrontOf(memory, refusal.get());
            }
        }
        return memory;
    }

    /**
     * A memory in front of another one, whose contents it has.
     *
     * @param reason why the other one will not do
     * @throws IOException if this process cannot have as much memory
     */
    static StagedMemory inFrontOf(PersistentMemory memory, String reason) throws IOException {
        return inFrontOf(memory, reason, MappedMemory.PIECE_SHIFT);
    }

    /** The same in pieces of 2^pieceShift bytes. */
    static StagedMemory inFrontOf(PersistentMemory memory, String reason, int pieceShift) throws IOException {
        try {
            return new StagedMemory(memory, reason, pieceShift);
        } catch (OutOfMemoryError e) {
            throw new IOException(
                    memory.description() + " needs staging memory for devices (" + reason + "), and there are no "
                            + memory.sizeBytes() + " bytes for it; raise -XX:MaxDirectMemorySize, or put the unit on"
                            + " tmpfs or hugetlbfs",
                    e);
        }
    }

    private ByteBuffer load(long offset, int lengthBytes) {
        ByteBuffer piece = ByteBuffer.allocateDirect(lengthBytes);
        behind.read(offset, piece, lengthBytes);
        return piece.clear();
    }

    @Override
    public long sizeBytes() {
        return behind.sizeBytes();
    }

    @Override
    public PersistenceLevel highestLevel() {
        return behind.highestLevel();
    }

    @Override
    public String description() {
        return "pinned staging memory, written through on flush to " + behind.description() + " (" + reason + ")";
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
        writeThrough(offset, lengthBytes);
        behind.persist(offset, lengthBytes);
    }

    /**
     * Copies, each part alone: a copy that has read a byte before a device changed it, and writes it after another one has
     * written the newer, would take back what somebody was told is persistent.
     */
    private void writeThrough(long offset, long lengthBytes) {
        Objects.checkFromIndexSize(offset, lengthBytes, sizeBytes());
        long end = offset + lengthBytes;
        long at = offset;
        while (at < end) {
            long chunk = at >>> COPIED_AT_ONCE_SHIFT;
            long partEnd = Math.min(end, (chunk + 1) << COPIED_AT_ONCE_SHIFT);
            synchronized (copying[(int) (chunk % COPYING_LOCKS)]) {
                copy(at, partEnd - at);
            }
            at = partEnd;
        }
    }

    private void copy(long offset, long lengthBytes) {
        long at = offset;
        for (ByteBuffer slice : pieces.slices(offset, lengthBytes)) {
            int length = slice.remaining();
            behind.write(at, slice, length);
            at += length;
        }
    }

    @Override
    public List<ByteBuffer> expose(long offset, long lengthBytes, boolean writable) {
        return pieces.slices(offset, lengthBytes);
    }

    /** What has changed and was not persisted becomes what the memory behind holds, as it would have been without this. */
    @Override
    public void close() {
        ByteBuffer there = ByteBuffer.allocateDirect(COPIED_AT_ONCE_BYTES);
        long size = sizeBytes();
        for (long at = 0; at < size; at += COPIED_AT_ONCE_BYTES) {
            int length = (int) Math.min(COPIED_AT_ONCE_BYTES, size - at);
            behind.read(at, there.clear(), length);
            if (!isSame(at, there.flip())) {
                writeThrough(at, length);
            }
        }
        behind.close();
    }

    private boolean isSame(long offset, ByteBuffer there) {
        int from = 0;
        for (ByteBuffer slice : pieces.slices(offset, there.remaining())) {
            if (there.slice(from, slice.remaining()).mismatch(slice) >= 0) {
                return false;
            }
            from += slice.remaining();
        }
        return true;
    }
}
