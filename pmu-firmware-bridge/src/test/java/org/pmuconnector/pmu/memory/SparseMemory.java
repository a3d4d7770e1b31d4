package org.pmuconnector.pmu.memory;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.pmuconnector.model.PersistenceLevel;

/** Memory of any size that takes up room as it is written, and waits for no disk. One thread at a time for each page. */
public final class SparseMemory implements PersistentMemory {

    private static final int PAGE_BYTES = 4096;
    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    private final long sizeBytes;
    private final Map<Long, byte[]> pages = new ConcurrentHashMap<>();

    /** All zero. */
    public SparseMemory(long sizeBytes) {
        this.sizeBytes = sizeBytes;
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    @Override
    public PersistenceLevel highestLevel() {
        return PersistenceLevel.PERSISTENT;
    }

    @Override
    public String description() {
        return "sparse memory of a test";
    }

    @Override
    public void write(long offset, ByteBuffer source, int lengthBytes) {
        long at = offset;
        int left = lengthBytes;
        while (left > 0) {
            int in = (int) (at % PAGE_BYTES);
            int part = Math.min(left, PAGE_BYTES - in);
            source.get(pages.computeIfAbsent(at / PAGE_BYTES, page -> new byte[PAGE_BYTES]), in, part);
            at += part;
            left -= part;
        }
    }

    @Override
    public void read(long offset, ByteBuffer sink, int lengthBytes) {
        long at = offset;
        int left = lengthBytes;
        while (left > 0) {
            int in = (int) (at % PAGE_BYTES);
            int part = Math.min(left, PAGE_BYTES - in);
            sink.put(pages.getOrDefault(at / PAGE_BYTES, ZEROS), in, part);
            at += part;
            left -= part;
        }
    }

    @Override
    public void persist(long offset, long lengthBytes) {
        if (offset < 0 || lengthBytes < 0 || offset > sizeBytes - lengthBytes) {
            throw new IndexOutOfBoundsException(lengthBytes + " bytes at " + offset);
        }
    }

    @Override
    public void close() {
        pages.clear();
    }
}
