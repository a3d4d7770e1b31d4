package org.pmuconnector.pmu.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pmuconnector.model.PersistenceLevel;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StagedMemoryTest {

    private static final int PIECE_SHIFT = 12;
    private static final int PIECE_BYTES = 1 << PIECE_SHIFT;
    private static final int SIZE = 10 * PIECE_BYTES + 100;
    private static final String REASON = "Operation not supported";

    private static byte[] bytes(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] contents(PersistentMemory memory) {
        ByteBuffer sink = ByteBuffer.allocate((int) memory.sizeBytes());
        memory.read(0, sink, sink.capacity());
        return sink.array();
    }

    private static StagedMemory inFrontOf(PersistentMemory behind) throws IOException {
        return StagedMemory.inFrontOf(behind, REASON, PIECE_SHIFT);
    }

    /** Writes as a device does. */
    private static void writeByDevice(PersistentMemory memory, long offset, byte[] bytes) {
        int from = 0;
        for (ByteBuffer part : memory.expose(offset, bytes.length, true)) {
            int length = part.remaining();
            part.put(bytes, from, length);
            from += length;
        }
        assertThat(from).isEqualTo(bytes.length);
    }

    @Test
    void start_contents_areThoseBehind() throws IOException {
        byte[] there = bytes(1, SIZE);
        StagedMemory memory = inFrontOf(new CrashMemory(there));
        assertThat(memory.sizeBytes()).isEqualTo(SIZE);
        assertThat(contents(memory)).isEqualTo(there);
    }

    @Test
    void access_withoutPersist_doesNotReachBehind() throws IOException {
        byte[] there = bytes(1, SIZE);
        CrashMemory behind = new CrashMemory(there);
        StagedMemory memory = inFrontOf(behind);
        byte[] written = bytes(2, 3 * PIECE_BYTES);
        memory.write(PIECE_BYTES - 10, ByteBuffer.wrap(written), written.length);
        writeByDevice(memory, 5 * PIECE_BYTES - 1, written);

        assertThat(behind.contents()).isEqualTo(there);
        assertThat(behind.operations()).isZero();
        // Nor do reads see what is behind any more.
        behind.flip(PIECE_BYTES, 1);
        byte[] expected = there.clone();
        System.arraycopy(written, 0, expected, PIECE_BYTES - 10, written.length);
        System.arraycopy(written, 0, expected, 5 * PIECE_BYTES - 1, written.length);
        assertThat(contents(memory)).isEqualTo(expected);
    }

    /** Whatever the range, and whoever wrote: exactly it is copied and persisted. A crash then takes all else. */
    @Test
    void persist_randomRanges_areExactlyWhatACrashLeaves() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] expected = bytes(1, SIZE);
        CrashMemory behind = new CrashMemory(expected);
        StagedMemory memory = inFrontOf(behind);
        for (int step = 0; step < 500; step++) {
            int from = random.nextInt(SIZE);
            byte[] written = bytes(step, random.nextInt(SIZE - from));
            if (random.nextBoolean()) {
                memory.write(from, ByteBuffer.wrap(written), written.length);
            } else {
                writeByDevice(memory, from, written);
            }
            int persistFrom = random.nextInt(SIZE);
            int persistLength = random.nextInt(SIZE - persistFrom);
            memory.persist(persistFrom, persistLength);

            System.arraycopy(contents(memory), persistFrom, expected, persistFrom, persistLength);
            assertThat(behind.contents()).as("seed %d, step %d", seed, step).isEqualTo(expected);
            assertThat(behind.afterPowerLossAtWorst().contents())
                    .as("seed %d, step %d", seed, step)
                    .isEqualTo(expected);
        }
    }

    @Test
    void persist_outside_isRefused() throws IOException {
        CrashMemory behind = new CrashMemory(new byte[SIZE]);
        StagedMemory memory = inFrontOf(behind);
        assertThatThrownBy(() -> memory.persist(SIZE - 8, 9)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> memory.persist(-1, 8)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> memory.expose(SIZE, 1, true)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(behind.operations()).isZero();
    }

    @Test
    void persist_failsBehind_isAnError() throws IOException {
        CrashMemory behind = new CrashMemory(new byte[SIZE]).failPersistFrom(0);
        StagedMemory memory = inFrontOf(behind);
        assertThatThrownBy(() -> memory.persist(0, 8))
                .isInstanceOf(IOException.class)
                .hasMessage("the disk is gone");
    }

    /** A memory that waits before its first write, with the bytes in its hands. */
    private static final class SlowMemory extends DelegatingMemory {

        final CountDownLatch taken = new CountDownLatch(1);
        final CountDownLatch mayWrite = new CountDownLatch(1);

        SlowMemory(PersistentMemory memory) {
            super(memory);
        }

        @Override
        public void write(long offset, ByteBuffer source, int lengthBytes) {
            byte[] bytes = new byte[lengthBytes];
            source.get(bytes);
            if (taken.getCount() > 0) {
                taken.countDown();
                await();
            }
            super.write(offset, ByteBuffer.wrap(bytes), lengthBytes);
        }

        private void await() {
            try {
                mayWrite.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Test
    void persist_whileOlderBytesAreBeingCopied_isNotTakenBack() throws Exception {
        CrashMemory there = new CrashMemory(new byte[SIZE]);
        SlowMemory behind = new SlowMemory(there);
        StagedMemory memory = inFrontOf(behind);
        List<Throwable> failures = new ArrayList<>();
        Thread slow = persisting(memory, failures);
        behind.taken.await();
        byte[] newer = bytes(3, 64);
        writeByDevice(memory, 0, newer);
        Thread other = persisting(memory, failures);
        while (other.getState() != Thread.State.BLOCKED && other.getState() != Thread.State.TERMINATED) {
            Thread.onSpinWait();
        }
        behind.mayWrite.countDown();
        slow.join();
        other.join();

        assertThat(failures).isEmpty();
        assertThat(Arrays.copyOf(there.contents(), 64)).isEqualTo(newer);
        assertThat(there.isPersisted(0, 64)).isTrue();
    }

    private static Thread persisting(PersistentMemory memory, List<Throwable> failures) {
        Thread thread = new Thread(() -> {
            try {
                memory.persist(0, 64);
            } catch (IOException | RuntimeException | Error e) {
                failures.add(e);
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void close_whatHasChanged_isWrittenBack() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] there = bytes(1, (3 << 20) + 77);
        CrashMemory behind = new CrashMemory(there);
        StagedMemory memory = inFrontOf(behind);
        byte[] expected = there.clone();
        for (int i = 0; i < 20; i++) {
            byte[] written = bytes(i, 1 + random.nextInt(3 * PIECE_BYTES));
            // Nothing in the second MiB.
            int from = random.nextInt((1 << 20) - written.length) + (random.nextBoolean() ? 2 << 20 : 0);
            writeByDevice(memory, from, written);
            System.arraycopy(written, 0, expected, from, written.length);
        }
        writeByDevice(memory, there.length - 1, new byte[] {(byte) ~there[there.length - 1]});
        expected[there.length - 1] = (byte) ~there[there.length - 1];
        memory.close();

        assertThat(behind.contents()).as("seed %d", seed).isEqualTo(expected);
        assertThat(behind.isPersisted(1 << 20, 1 << 20)).isTrue();
        long pieces = (2 << 20) / PIECE_BYTES + 1;
        assertThat(behind.operations()).as("writes, seed %d", seed).isBetween(1L, pieces);
    }

    @Test
    void close_nothingChanged_writesNothing() throws IOException {
        CrashMemory behind = new CrashMemory(bytes(1, SIZE));
        inFrontOf(behind).close();
        assertThat(behind.operations()).isZero();
    }

    @Test
    void expose_acrossPieces_isTheMemoryItself() throws IOException {
        StagedMemory memory = inFrontOf(new CrashMemory(new byte[SIZE]));
        byte[] written = bytes(4, 2 * PIECE_BYTES + 20);
        List<ByteBuffer> parts = memory.expose(PIECE_BYTES - 10, written.length, true);
        assertThat(parts).extracting(ByteBuffer::remaining).containsExactly(10, PIECE_BYTES, PIECE_BYTES, 10);
        assertThat(parts).allMatch(ByteBuffer::isDirect);
        writeByDevice(memory, PIECE_BYTES - 10, written);
        ByteBuffer found = ByteBuffer.allocate(written.length);
        memory.read(PIECE_BYTES - 10, found, written.length);
        assertThat(found.array()).isEqualTo(written);
    }

    @Test
    void pinning_refused_isStagedAndSaysWhy() throws IOException {
        VolatileMemory there = new VolatileMemory(SIZE);
        PersistentMemory memory = StagedMemory.unlessPinned(there, buffer -> Optional.of(REASON));
        assertThat(memory).isInstanceOf(StagedMemory.class);
        assertThat(memory.description())
                .isEqualTo("pinned staging memory, written through on flush to volatile memory of this process"
                        + " (Operation not supported)");
        assertThat(memory.highestLevel()).isEqualTo(PersistenceLevel.VISIBLE);
        assertThat(inFrontOf(new CrashMemory(new byte[8])).highestLevel()).isEqualTo(PersistenceLevel.PERSISTENT);
    }

    @Test
    void pinning_accepted_isTheMemoryItself() throws IOException {
        VolatileMemory there = new VolatileMemory(SIZE);
        List<Integer> asked = new ArrayList<>();
        assertThat(StagedMemory.unlessPinned(there, buffer -> {
                    asked.add(buffer.remaining());
                    return Optional.empty();
                }))
                .isSameAs(there);
        assertThat(asked).containsExactly(SIZE);
    }

    @Test
    void writtenDirectly_behind_isNotSoInFront() throws IOException {
        PersistentMemory direct = new DelegatingMemory(new CrashMemory(new byte[SIZE])) {
            @Override
            public boolean isWrittenDirectly() {
                return true;
            }
        };
        assertThat(inFrontOf(direct).isWrittenDirectly()).isFalse();
    }

    @Test
    void start_noMemoryForIt_saysWhatToDo() {
        PersistentMemory large = new DelegatingMemory(new CrashMemory(new byte[SIZE])) {
            @Override
            public void read(long offset, ByteBuffer sink, int lengthBytes) {
                throw new OutOfMemoryError("Cannot reserve that many bytes of direct buffer memory");
            }
        };
        assertThatThrownBy(() -> inFrontOf(large))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("crash memory needs staging memory for devices (Operation not supported)")
                .hasMessageContaining("no " + SIZE + " bytes for it; raise -XX:MaxDirectMemorySize");
    }
}
