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
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;

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
    void file_acrossOneGib_isWrittenToTheFile() throws Exception {
        byte[] written = bytes(1, 10_000);
        try (FileChannel channel = file(2 * GIB + 4096)) {
            try (PersistentMemory memory = MemoryKind.AUTO.open(folder.resolve("memory"), channel, 2 * GIB + 4096)) {
                memory.write(GIB - 5000, ByteBuffer.wrap(written), written.length);
                memory.write(2 * GIB + 4096 - 100, ByteBuffer.wrap(written, 0, 100), 100);
                memory.persist(GIB - 5000, written.length);
                memory.persist(0, 0);
                assertThat(read(memory, GIB - 5000, written.length)).isEqualTo(written);
                assertThatThrownBy(() -> memory.persist(2 * GIB + 4090, 7))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
            ByteBuffer found = ByteBuffer.allocate(written.length);
            channel.read(found, GIB - 5000);
            assertThat(found.array()).isEqualTo(written);
        }
    }

    @Test
    void file_shorterThanAskedFor_grows() throws Exception {
        try (FileChannel channel = file(1)) {
            MemoryKind.AUTO.open(folder.resolve("memory"), channel, 1 << 20);
            assertThat(channel.size()).isEqualTo(1 << 20);
        }
    }

    @Test
    void file_readOnly_refusesWrites() throws Exception {
        file(8192).close();
        try (FileChannel channel = FileChannel.open(folder.resolve("memory"), StandardOpenOption.READ)) {
            PersistentMemory memory = MemoryKind.openForReading(folder.resolve("memory"), channel, 8192);
            assertThat(read(memory, 0, 8192)).containsOnly(0);
            assertThatThrownBy(() -> memory.write(0, ByteBuffer.allocate(8), 8))
                    .isInstanceOf(ReadOnlyBufferException.class);
        }
    }

    @Test
    void fileSystems_goneWithThePower_areKnown() {
        for (String gone : List.of("tmpfs", "ramfs", "devtmpfs", "hugetlbfs")) {
            assertThat(MemoryKind.isMemoryAlone(gone)).as(gone).isTrue();
        }
        for (String kept : List.of("ext4", "xfs", "btrfs", "overlay", "nfs4", "NTFS", "apfs")) {
            assertThat(MemoryKind.isMemoryAlone(kept)).as(kept).isFalse();
        }
    }

    /** Whatever file system the test runs on, exactly the kinds that suit it open, and each says what it can promise. */
    @ParameterizedTest
    @EnumSource(MemoryKind.class)
    void kind_onThisFileSystem_opensOrSaysWhyNot(MemoryKind kind) throws Exception {
        Path path = folder.resolve("memory");
        String type;
        try (FileChannel channel = file(4096)) {
            type = Files.getFileStore(path).type();
            boolean alone = MemoryKind.isMemoryAlone(type);
            if (kind == MemoryKind.AUTO || kind == (alone ? MemoryKind.PINNED : MemoryKind.FILE)) {
                PersistentMemory memory = kind.open(path, channel, 4096);
                assertThat(memory.highestLevel())
                        .isEqualTo(alone ? PersistenceLevel.VISIBLE : PersistenceLevel.PERSISTENT);
                assertThat(memory.description()).contains(path.toString(), type);
                memory.write(8, ByteBuffer.wrap(bytes(1, 8)), 8);
                memory.persist(8, 8);
                assertThat(read(memory, 8, 8)).isEqualTo(bytes(1, 8));
            } else if (kind != MemoryKind.DAX) {
                assertThatThrownBy(() -> kind.open(path, channel, 4096))
                        .isInstanceOfSatisfying(
                                PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION))
                        .hasMessageContaining(path + " is on " + type);
            }
        }
    }

    @Test
    void dax_whereItIsNotOffered_isRefusedByName() throws Exception {
        Path path = folder.resolve("memory");
        try (FileChannel channel = file(4096)) {
            PersistentMemory auto = MemoryKind.AUTO.open(path, channel, 4096);
            if (auto instanceof DaxMemory) {
                assertThat(MemoryKind.DAX.open(path, channel, 4096).description())
                        .startsWith("DAX file");
            } else {
                assertThatThrownBy(() -> MemoryKind.DAX.open(path, channel, 4096))
                        .isInstanceOfSatisfying(
                                PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION))
                        .hasMessageContaining("use 'auto'");
            }
        }
    }
}
