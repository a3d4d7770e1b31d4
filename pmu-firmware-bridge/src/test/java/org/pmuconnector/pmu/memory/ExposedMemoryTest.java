package org.pmuconnector.pmu.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Memory that devices are given. The files are where the build is made, on a file system that writes back what is dirty:
 * a folder for temporary files may be memory alone.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ExposedMemoryTest {

    private static final int PAGE_BYTES = 4096;
    private static final int SIZE = 16 << 20;

    /** What the file system writes about the file. */
    private static final long NEXT_TO_NOTHING_BYTES = 64 << 10;

    private static final VarHandle INTS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Path file;
    private FileChannel channel;

    @BeforeEach
    void make() throws IOException {
        file = Files.createTempFile(Path.of("target"), "exposed", "");
        channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        channel.write(ByteBuffer.allocate(1), SIZE - 1);
    }

    @AfterEach
    void remove() throws IOException {
        threads.shutdownNow();
        channel.close();
        Files.delete(file);
    }

    private enum Kind {
        VOLATILE,
        FILE,
        DAX,
        PINNED,
        STAGED
    }

    private PersistentMemory open(Kind kind) throws IOException {
        return switch (kind) {
            case VOLATILE -> new VolatileMemory(SIZE);
            case FILE -> mappedFile();
            case DAX -> new DaxMemory(file, "ext4", channel, SIZE, MapMode.READ_WRITE);
            case PINNED -> new PinnedMemory(file, "tmpfs", channel, SIZE, MapMode.READ_WRITE);
            case STAGED -> StagedMemory.inFrontOf(new VolatileMemory(SIZE), "because", 20);
        };
    }

    private MappedFileMemory mappedFile() throws IOException {
        return new MappedFileMemory(file, "ext4", channel, SIZE, MapMode.READ_WRITE);
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

    @ParameterizedTest
    @EnumSource(Kind.class)
    void expose_anyRange_isExactlyItsBytes(Kind kind) throws IOException {
        PersistentMemory memory = open(kind);
        byte[] before = bytes(1, 3 << 20);
        memory.write(1 << 20, ByteBuffer.wrap(before), before.length);
        int from = (1 << 20) + 12_345;
        int length = 1 << 20;
        ByteBuffer seen = ByteBuffer.allocate(length);
        for (ByteBuffer part : memory.expose(from, length, true)) {
            assertThat(part.isDirect()).isTrue();
            seen.put(part.duplicate());
            part.put(bytes(part.remaining(), part.remaining()));
        }
        assertThat(seen.flip()).isEqualTo(ByteBuffer.wrap(before, 12_345, length));

        byte[] after = read(memory, 1 << 20, before.length);
        assertThat(ByteBuffer.wrap(after, 0, 12_345)).isEqualTo(ByteBuffer.wrap(before, 0, 12_345));
        assertThat(ByteBuffer.wrap(after, 12_345, length)).isNotEqualTo(ByteBuffer.wrap(before, 12_345, length));
        int behind = 12_345 + length;
        assertThat(ByteBuffer.wrap(after, behind, after.length - behind))
                .isEqualTo(ByteBuffer.wrap(before, behind, before.length - behind));
        assertThatThrownBy(() -> memory.expose(SIZE - 8, 9, true)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(memory.isWrittenDirectly()).isEqualTo(kind == Kind.DAX);
    }

    @Test
    void expose_memoryWithoutAddresses_isNothing() {
        PersistentMemory memory = new CrashMemory(new byte[64]);
        assertThat(memory.expose(0, 64, true)).isEmpty();
        assertThat(memory.isWrittenDirectly()).isFalse();
    }

    /** What this thread has made dirty that was clean, whoever may write it back. */
    private static long dirtiedBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/io")).stream()
                .filter(line -> line.startsWith("write_bytes: "))
                .mapToLong(line -> Long.parseLong(line.substring("write_bytes: ".length())))
                .findFirst()
                .orElseThrow();
    }

    /** A memory whose pages are all there, and clean. */
    private MappedFileMemory clean() throws IOException {
        MappedFileMemory memory = mappedFile();
        memory.write(0, ByteBuffer.wrap(bytes(1, SIZE)), SIZE);
        memory.persist(0, SIZE);
        return memory;
    }

    private static long dirtiedBy(PersistentMemory memory, long offset, long lengthBytes) throws IOException {
        long before = dirtiedBytes();
        memory.persist(offset, lengthBytes);
        return dirtiedBytes() - before;
    }

    @Test
    void persist_afterADeviceCouldWrite_takesItsPagesForDirtyEachTime() throws IOException {
        MappedFileMemory memory = clean();
        assertThat(dirtiedBy(memory, 0, SIZE)).isLessThan(NEXT_TO_NOTHING_BYTES);
        memory.expose(1 << 20, 8 << 20, true);
        for (int time = 0; time < 3; time++) {
            assertThat(dirtiedBy(memory, 0, SIZE)).isGreaterThanOrEqualTo(8 << 20);
            // From the last byte of a page to the first of the next but one: three pages.
            assertThat(dirtiedBy(memory, (2 << 20) + PAGE_BYTES - 1, PAGE_BYTES + 2))
                    .isGreaterThanOrEqualTo(3 * PAGE_BYTES);
        }
        assertThat(read(memory, 0, SIZE)).isEqualTo(bytes(1, SIZE));
    }

    /** Pages of a file may be holes, and the disk full: who only reads must not fill them. */
    @Test
    void persist_whereNoDeviceCouldWrite_makesNothingDirty() throws IOException {
        MappedFileMemory memory = clean();
        memory.expose(0, SIZE, false);
        memory.expose(8 << 20, 1 << 16, true);
        assertThat(dirtiedBy(memory, 0, 8 << 20)).isLessThan(NEXT_TO_NOTHING_BYTES);
        assertThat(dirtiedBy(memory, (8 << 20) + (1 << 16), (8 << 20) - (1 << 16)))
                .isLessThan(NEXT_TO_NOTHING_BYTES);
    }

    /** A round forces all from the first byte that anybody asked for to the last; what lies between need not be dirty. */
    @Test
    void persist_atBothEndsAtOnce_dirtiesNothingBetween() throws Exception {
        MappedFileMemory memory = clean();
        memory.expose(0, SIZE, true);
        CountDownLatch start = new CountDownLatch(2);
        int times = 200;
        List<Future<Long>> dirtied = new ArrayList<>();
        for (long offset : new long[] {0, SIZE - PAGE_BYTES}) {
            Callable<Long> caller = () -> {
                start.countDown();
                start.await();
                long bytes = 0;
                for (int i = 0; i < times; i++) {
                    bytes += dirtiedBy(memory, offset, 64);
                }
                return bytes;
            };
            dirtied.add(threads.submit(caller));
        }
        for (Future<Long> bytes : dirtied) {
            // A file system may take several pages for one, but not a thousand.
            assertThat(bytes.get()).isLessThan(times * (256L << 10));
        }
    }

    /** On a private mapping, of which nothing is written back: so it is tried often. */
    @Test
    void persist_whileADeviceWrites_losesNoneOfItsWrites() throws Exception {
        MappedFileMemory memory = new MappedFileMemory(file, "ext4", channel, SIZE, MapMode.PRIVATE);
        ByteBuffer device = memory.expose(0, PAGE_BYTES, true).get(0);
        AtomicBoolean persisted = new AtomicBoolean();
        CountDownLatch started = new CountDownLatch(1);
        Future<Integer> written = threads.submit(() -> {
            int count = 0;
            while (!persisted.get()) {
                INTS.getAndAdd(device, 0, 1);
                count++;
                started.countDown();
            }
            return count;
        });
        started.await();
        for (int time = 0; time < 300_000; time++) {
            memory.persist(64, 8);
        }
        persisted.set(true);
        assertThat(written.get()).isEqualTo((int) INTS.getVolatile(device, 0));
    }

    @Test
    void blocks_randomRanges_areThoseOfAModel() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        int blockBytes = 1 << 16;
        int size = 300 * blockBytes;
        ExposedBlocks blocks = new ExposedBlocks(size);
        boolean[] model = new boolean[300];
        for (int step = 0; step < 200; step++) {
            int from = random.nextInt(size);
            int end = from + 1 + random.nextInt(Math.min(size - from, 4 * blockBytes));
            if (random.nextInt(4) == 0) {
                blocks.add(from, end - from);
                Arrays.fill(model, from / blockBytes, (end - 1) / blockBytes + 1, true);
            }
            List<String> expected = new ArrayList<>();
            for (int block = from / blockBytes; block * blockBytes < end; block++) {
                if (model[block]) {
                    expected.add(Math.max(from, block * blockBytes) + "-" + Math.min(end, (block + 1) * blockBytes));
                }
            }
            List<String> found = new ArrayList<>();
            blocks.visit(from, end - from, (at, length) -> found.add(at + "-" + (at + length)));
            assertThat(found).as("seed %d, step %d", seed, step).isEqualTo(expected);
        }
    }
}
