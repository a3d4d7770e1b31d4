package org.pmuconnector.pmu.protection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RevocationTest {

    private static final int ROUNDS = 300;
    private static final int WRITERS = 2;

    /** Memory that a revoked key must not change: plain, so that a late write shows. */
    private static final class Region {
        private final long[] words = new long[64];
    }

    private static KeyBinding everything() {
        return new KeyBinding(1, 0, 1 << 20, EnumSet.allOf(Right.class), 1);
    }

    @Test
    void revoke_accessInProgress_waitsForIt() throws Exception {
        ProtectionTable table = new ProtectionTable(4, new Random(1));
        int key = table.bind(everything());
        ProtectionEntry entry = table.lookup(key);
        assertThat(entry.enter()).isTrue();
        CompletableFuture<Void> revoking = CompletableFuture.runAsync(() -> table.revoke(List.of(key)));
        while (table.lookup(key) != null) {
            Thread.onSpinWait();
        }
        // It has begun, nobody else gets in, and it does not return while the access goes on.
        assertThat(entry.enter()).isFalse();
        assertThat(notDoneWithin(revoking, 50)).isTrue();
        entry.exit();
        revoking.get(20, TimeUnit.SECONDS);
        assertThat(entry.enter()).isFalse();
        assertThat(table.boundCount()).isZero();
    }

    private static boolean notDoneWithin(Future<?> future, int millis) throws Exception {
        try {
            future.get(millis, TimeUnit.MILLISECONDS);
            return false;
        } catch (TimeoutException e) {
            return e.getMessage() == null || !future.isDone();
        }
    }

    /** Threads write through a key as fast as they can; what they write after it was revoked would be seen. */
    @Test
    void revoke_manyAccesses_noneLandsAfterwards() throws Exception {
        ProtectionTable table = new ProtectionTable(64, new Random(2));
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try {
            long accesses = 0;
            for (int round = 1; round <= ROUNDS; round++) {
                Region region = new Region();
                int key = table.bind(everything());
                CountDownLatch started = new CountDownLatch(WRITERS);
                List<Future<Long>> writers = new ArrayList<>();
                for (int i = 0; i < WRITERS; i++) {
                    writers.add(threads.submit(writer(table, key, region, started)));
                }
                started.await();
                table.revoke(List.of(key));
                // From here on the region is ours alone.
                java.util.Arrays.fill(region.words, -round);
                for (Future<Long> writer : writers) {
                    accesses += writer.get(20, TimeUnit.SECONDS);
                }
                for (long word : region.words) {
                    assertThat(word).as("round %d", round).isEqualTo(-round);
                }
            }
            assertThat(accesses).isGreaterThan(ROUNDS);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Callable<Long> writer(ProtectionTable table, int key, Region region, CountDownLatch started) {
        return () -> {
            long done = 0;
            while (true) {
                ProtectionEntry entry = table.lookup(key);
                if (entry == null || !entry.enter()) {
                    started.countDown();
                    return done;
                }
                try {
                    for (int i = 0; i < region.words.length; i++) {
                        region.words[i] = done + 1;
                    }
                } finally {
                    entry.exit();
                }
                if (++done == 1) {
                    started.countDown();
                }
            }
        };
    }
}
