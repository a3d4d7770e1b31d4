package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.pmuconnector.model.PersistenceLevel;

/** Another memory, for a test to change something about it. */
public class DelegatingMemory implements PersistentMemory {

    private final PersistentMemory memory;

    protected DelegatingMemory(PersistentMemory memory) {
        this.memory = memory;
    }

    @Override
    public long sizeBytes() {
        return memory.sizeBytes();
    }

    @Override
    public PersistenceLevel highestLevel() {
        return memory.highestLevel();
    }

    @Override
    public String description() {
        return memory.description();
    }

    @Override
    public void write(long offset, ByteBuffer source, int lengthBytes) {
        memory.write(offset, source, lengthBytes);
    }

    @Override
    public void read(long offset, ByteBuffer sink, int lengthBytes) {
        memory.read(offset, sink, lengthBytes);
    }

    @Override
    public void persist(long offset, long lengthBytes) throws IOException {
        memory.persist(offset, lengthBytes);
    }

    @Override
    public List<ByteBuffer> expose(long offset, long lengthBytes, boolean writable) {
        return memory.expose(offset, lengthBytes, writable);
    }

    @Override
    public boolean isWrittenDirectly() {
        return memory.isWrittenDirectly();
    }

    @Override
    public void close() {
        memory.close();
    }
}
