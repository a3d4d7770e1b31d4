package org.pmuconnector.pmu.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GroupFlushTest {

    private static final int PIECE_SHIFT = 10;

    private final ExecutorService callers = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        callers.shutdownNow();
    }

    /** A device that is slow as long as the test wants it to be. */
    private static final class Device implements GroupFlush.Force {

        final List<String> forced = Collections.synchronizedList(new ArrayList<>());
        final Semaphore begun = new Semaphore(0);
        final Semaphore mayEnd = new Semaphore(0);
        volatile long brokenOffset = -1;

        @Override
        public void force(long offset, long lengthBytes) throws IOException {
            forced.add(offset + "+" + lengthBytes);
            begun.release();
            mayEnd.acquireUninterruptibly();
            if (offset <= brokenOffset && brokenOffset < offset + lengthBytes) {
                throw new IOException("no such sector");
            }
        }
    }

    private Future<?> persist(GroupFlush flush, long offset, long lengthBytes) {
        Callable<Void> call = () -> {
            flush.persist(offset, lengthBytes);
            return null;
        };
        return callers.submit(call);
    }

    /** Persists, and returns when the caller waits for the round before its own. */
    private Future<?> persistBehind(GroupFlush flush, long offset, long lengthBytes) throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        Thread[] caller = new Thread[1];
        Future<?> result = callers.submit(() -> {
            caller[0] = Thread.currentThread();
            started.countDown();
            flush.persist(offset, lengthBytes);
            return null;
        });
        started.await();
        while (caller[0].getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        return result;
    }

    @Test
    void persist_alone_forcesExactlyItsRange() throws IOException {
        Device device = new Device();
        device.mayEnd.release(4);
        GroupFlush flush = new GroupFlush(PIECE_SHIFT, device);
        flush.persist(100, 28);
        flush.persist(1000, 2000);
        assertThat(device.forced).containsExactly("100+28", "1000+24", "1024+1024", "2048+952");
    }

    @Test
    void persist_whileAForceIsUnderWay_sharesTheNextOne() throws Exception {
        Device device = new Device();
        GroupFlush flush = new GroupFlush(PIECE_SHIFT, device);
        Future<?> first = persist(flush, 0, 8);
        device.begun.acquire();
        Future<?> second = persistBehind(flush, 64, 8);
        Future<?> third = persistBehind(flush, 512, 16);
        Future<?> fourth = persistBehind(flush, 0, 8);
        assertThat(second).isNotDone();
        device.mayEnd.release();
        first.get();
        device.begun.acquire();
        // What was written before the second round began is in it; nobody is told before it has ended.
        assertThat(List.of(second, third, fourth)).noneMatch(Future::isDone);
        device.mayEnd.release();
        second.get();
        third.get();
        fourth.get();
        assertThat(device.forced).containsExactly("0+8", "0+528");
    }

    @Test
    void persist_inSeveralPieces_isForcedByItsCallersAtOnce() throws Exception {
        Device device = new Device();
        GroupFlush flush = new GroupFlush(PIECE_SHIFT, device);
        Future<?> first = persist(flush, 0, 8);
        device.begun.acquire();
        Future<?> second = persistBehind(flush, 8, 8);
        Future<?> third = persistBehind(flush, 5000, 8);
        device.mayEnd.release();
        first.get();
        // Both are under way before either may end.
        device.begun.acquire(2);
        device.mayEnd.release(2);
        second.get();
        third.get();
        assertThat(device.forced).containsExactlyInAnyOrder("0+8", "8+8", "5000+8");
    }

    @Test
    void persist_failing_reachesAllOfItsRoundAndAllLaterOnes() throws Exception {
        Device device = new Device();
        GroupFlush flush = new GroupFlush(PIECE_SHIFT, device);
        Future<?> first = persist(flush, 0, 8);
        device.begun.acquire();
        device.brokenOffset = 70;
        Future<?> covered = persistBehind(flush, 64, 8);
        Future<?> samePiece = persistBehind(flush, 512, 8);
        Future<?> otherPiece = persistBehind(flush, 5000, 8);
        device.mayEnd.release(1);
        first.get();
        device.begun.acquire(1);
        Future<?> nextRound = persistBehind(flush, 9000, 8);
        device.mayEnd.release(10);
        for (Future<?> failed : List.of(covered, samePiece, otherPiece, nextRound)) {
            assertThatThrownBy(failed::get)
                    .cause()
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no such sector");
        }
        device.brokenOffset = -1;
        int before = device.forced.size();
        assertThatThrownBy(() -> flush.persist(64, 8)).hasMessageContaining("what is persistent is unknown");
        assertThat(device.forced).hasSize(before);
        assertThat(flush.failure()).isNotNull();
    }

    /** Whatever a caller wrote before it asked has been forced when it is told so. */
    @Test
    void persist_byManyAtRandom_neverForgetsARange() throws Exception {
        long seed = new Random().nextLong();
        int cells = 4096;
        AtomicLongArray current = new AtomicLongArray(cells);
        AtomicLongArray durable = new AtomicLongArray(cells);
        AtomicInteger forcing = new AtomicInteger();
        AtomicInteger rounds = new AtomicInteger();
        GroupFlush flush = new GroupFlush(PIECE_SHIFT, (offset, length) -> {
            forcing.incrementAndGet();
            rounds.incrementAndGet();
            for (int at = (int) offset; at < offset + length; at++) {
                durable.accumulateAndGet(at, current.get(at), Math::max);
            }
            Thread.onSpinWait();
            forcing.decrementAndGet();
        });
        int threads = 8;
        int each = 2000;
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            Random random = new Random(seed + t);
            int cell = t * (cells / threads);
            Callable<Void> caller = () -> {
                for (int i = 1; i <= each; i++) {
                    int at = cell + random.nextInt(cells / threads - 40);
                    int length = 1 + random.nextInt(40);
                    long value = i;
                    for (int c = at; c < at + length; c++) {
                        current.set(c, value);
                    }
                    flush.persist(at, length);
                    for (int c = at; c < at + length; c++) {
                        assertThat(durable.get(c)).as("seed %d", seed).isEqualTo(value);
                    }
                }
                return null;
            };
            running.add(callers.submit(caller));
        }
        for (Future<?> one : running) {
            one.get();
        }
        assertThat(forcing).hasValue(0);
        assertThat(rounds.get()).isLessThanOrEqualTo(threads * each * 2);
        assertThat(Arrays.asList(flush.failure())).containsOnlyNulls();
    }
}
