package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.spi.work.WorkRejectedException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LongRunTest {

    private final CountDownLatch stopped = new CountDownLatch(1);
    private final LongRun run = new LongRun("run", this::untilStopped, stopped::countDown);

    private void untilStopped() {
        try {
            if (!stopped.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("never stopped");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void stop_onAContainersThread_waitsForTheEnd() throws Exception {
        TestServer server = new TestServer();
        run.start(server);
        assertThat(server.awaitRunning(1)).isEqualTo(1);

        run.stop(Duration.ofSeconds(20));

        assertThat(server.awaitRunning(0)).isZero();
    }

    @Test
    void stop_onAThreadOfItsOwn_waitsForTheEnd() throws Exception {
        run.start(null);

        run.stop(Duration.ofSeconds(20));

        assertThat(stopped.getCount()).isZero();
    }

    @Test
    void start_containerRefuses_isAnErrorAndStopReturnsAtOnce() {
        TestServer server = new TestServer();
        server.refuseWork();

        assertThatExceptionOfType(WorkRejectedException.class).isThrownBy(() -> run.start(server));
        run.stop(Duration.ofSeconds(20));

        assertThat(server.works()).isZero();
    }

    @Test
    void stop_bodyIgnoresIt_givesUpAtTheLimit() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        LongRun stubborn = new LongRun(
                "stubborn",
                () -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                () -> {});
        stubborn.start(null);

        stubborn.stop(Duration.ofMillis(10));

        assertThat(end.getCount()).isEqualTo(1);
        end.countDown();
    }
}
