package org.pmuconnector.pmu.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.model.PersistenceLevel;

class MemoryTest {

    private static final long GIB = 1L << 30;

    @TempDir
    Path folder;

    private FileChannel file(long sizeBytes) throws IOException {
        FileChannel channel = FileChannel.open(
                folder.resolve("memory"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        channel.write(ByteBuffer.allocate(1), sizeBytes - 1);
        return channel;
    }

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] read(PersistentMemory memory, long offset, int length) {
        ByteBuffer sink = ByteBuffer.allocate(length);
        memory.read(offset, sink, length);
        return sink.array();
    }

    @Test
    void pieces_randomAccesses_matchAnArray() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int size = 1000;
        int shift = 6;
        BufferPieces<ByteBuffer> pieces =
                new BufferPieces<>(size, shift, new ByteBuffer[BufferPieces.count(size, shift)], (at, length) -> {
                    assertThat(length).isEqualTo(Math.min(64, size - (int) at));
                    return ByteBuffer.allocate(length);
                });
        byte[] model = new byte[size];
        for (int i = 0; i < 20_000; i++) {
            int from = random.nextInt(size + 1);
            int length = random.nextInt(size - from + 1);
            ByteBuffer buffer =
                    random.nextBoolean() ? ByteBuffer.allocate(size + 7) : ByteBuffer.allocateDirect(size + 7);
            buffer.position(7);
            if (random.nextBoolean()) {
                buffer.put(7, bytes(i, length));
                pieces.write(from, buffer, length);
                buffer.get(7, model, from, length);
            } else {
                pieces.read(from, buffer, length);
                byte[] found = new byte[length];
                buffer.get(7, found);
                assertThat(found)
                        .as("seed %d, step %d", seed, i)
                        .isEqualTo(Arrays.copyOfRange(model, from, from + length));
            }
            assertThat(buffer.position()).as("seed %d, step %d", seed, i).isEqualTo(7 + length);
        }
    }

    @Test
    void access_outside_isRefused() {
        VolatileMemory memory = new VolatileMemory(4096);
        ByteBuffer buffer = ByteBuffer.allocate(8);
        assertThatThrownBy(() -> memory.write(4089, buffer, 8)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> memory.read(-1, buffer, 8)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> memory.persist(4096, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(buffer.position()).isZero();
    }

    @Test
    void volatileMemory_offers_visibleOnly() {
        assertThat(new VolatileMemory(4096).highestLevel()).isEqualTo(PersistenceLevel.VISIBLE);
    }

    @Test
    void mappedFile_acrossOneGib_isWrittenToTheFile() throws IOException {
        byte[] written = bytes(1, 10_000);
        try (FileChannel channel = file(2 * GIB + 4096)) {
            try (MappedFileMemory memory = new MappedFileMemory(folder.resolve("memory"), channel, 2 * GIB + 4096)) {
                memory.write(GIB - 5000, ByteBuffer.wrap(written), written.length);
                memory.write(2 * GIB + 4096 - 100, ByteBuffer.wrap(written, 0, 100), 100);
                memory.persist(GIB - 5000, written.length);
                assertThat(read(memory, GIB - 5000, written.length)).isEqualTo(written);
            }
            ByteBuffer found = ByteBuffer.allocate(written.length);
            channel.read(found, GIB - 5000);
            assertThat(found.array()).isEqualTo(written);
        }
    }

    @Test
    void mappedFile_readOnly_refusesWrites() throws IOException {
        file(8192).close();
        try (FileChannel channel = FileChannel.open(folder.resolve("memory"), StandardOpenOption.READ)) {
            MappedFileMemory memory = MappedFileMemory.readOnly(folder.resolve("memory"), channel, 8192);
            assertThat(read(memory, 0, 8192)).containsOnly(0);
            assertThatThrownBy(() -> memory.write(0, ByteBuffer.allocate(8), 8))
                    .isInstanceOf(ReadOnlyBufferException.class);
        }
    }

    @Test
    void mappedFile_level_dependsOnTheFileSystem() throws IOException {
        assertThat(MappedFileMemory.levelOf("tmpfs")).isEqualTo(PersistenceLevel.VISIBLE);
        assertThat(MappedFileMemory.levelOf("ramfs")).isEqualTo(PersistenceLevel.VISIBLE);
        assertThat(MappedFileMemory.levelOf("ext4")).isEqualTo(PersistenceLevel.PERSISTENT);
        assertThat(MappedFileMemory.levelOf("xfs")).isEqualTo(PersistenceLevel.PERSISTENT);
        try (FileChannel channel = file(4096)) {
            MappedFileMemory memory = new MappedFileMemory(folder.resolve("memory"), channel, 4096);
            String type = Files.getFileStore(folder.resolve("memory")).type();
            assertThat(memory.highestLevel()).isEqualTo(MappedFileMemory.levelOf(type));
            assertThat(memory.description()).contains(folder.resolve("memory").toString(), type);
        }
    }
}
