package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvWC;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pmuconnector.verbs.disni.Listener.ConnectedPair;

/** Objects on a real device are destroyed under threads that work with them: these are told, and nothing crashes. */
@Tag("rdma")
class NativeRaceTest {

    private static final int ROUNDS = 30;
    private static final String UNKNOWN = "Bad file descriptor (errno 9)";

    private final AtomicInteger calls = new AtomicInteger();
    private Listener listener;

    @BeforeEach
    void listen() throws Exception {
        listener = new Listener();
    }

    @AfterEach
    void close() throws Exception {
        listener.close();
    }

    @Test
    void queuePair_destroyedWhileAnotherThreadPosts_isUnknownToIt() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            ConnectedPair ends = listener.connect();
            RawEndpoint client = ends.client();
            FutureTask<String> poster = untilUnknown(() -> {
                client.receive(1, 0);
                client.post(IbvSendWR.IBV_WR_RDMA_WRITE, RawEndpoint.MEMORY_BYTES, ends.server());
                return client.poll();
            });
            awaitCalls(round);

            assertThat(Raw.LIBRARY._destroyQP(Raw.handle(client.id))).isZero();

            assertThat(poster.get(Events.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .endsWith(UNKNOWN);
            ends.close();
        }
    }

    @Test
    void completionQueue_destroyedWhileAnotherThreadPolls_isUnknownToIt() throws Exception {
        ConnectedPair ends = listener.connect();
        for (int round = 0; round < ROUNDS; round++) {
            IbvCQ queue = ends.client().id.getVerbs().createCQ(ends.client().channel, RawEndpoint.REQUESTS, 0);
            FutureTask<String> poller = untilUnknown(() -> {
                var call = queue.poll(new IbvWC[] {new IbvWC()}, 1);
                try {
                    return call.execute().getPolls();
                } finally {
                    call.free();
                }
            });
            awaitCalls(round);

            assertThat(Raw.LIBRARY._destroyCQ(Raw.handle(queue))).isZero();

            assertThat(poller.get(Events.PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .endsWith(UNKNOWN);
        }
        ends.close();
    }

    /** Calls in a thread of its own until an object is unknown; that the queues are full meanwhile is no matter. */
    private FutureTask<String> untilUnknown(Callable<Integer> call) {
        calls.set(0);
        FutureTask<String> task = new FutureTask<>(() -> {
            while (true) {
                try {
                    call.call();
                } catch (IOException e) {
                    if (!e.getMessage().contains("Cannot allocate memory (errno 12)")) {
                        return e.getMessage();
                    }
                }
                calls.incrementAndGet();
            }
        });
        new Thread(task, "native-race").start();
        return task;
    }

    private void awaitCalls(int count) {
        while (calls.get() < count) {
            Thread.onSpinWait();
        }
    }
}
