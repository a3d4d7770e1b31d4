package org.pmuconnector.it.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.sample.demo.DeskClient;
import org.pmuconnector.sample.demo.DeskClient.Answer;
import org.pmuconnector.sample.state.Batch;

/**
 * Clients that keep sending, each a batch at a time, to whichever server takes it, until the stream is held: then each
 * ends what it is at.
 */
final class OrderStream implements AutoCloseable {

    /** A stopped server answers nobody: a client asks the other one then. */
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(2);

    private static final Duration PACE = Duration.ofMillis(15);
    private static final Duration RETRY_PACE = Duration.ofMillis(50);

    private final DeskClient desk = new DeskClient(ANSWER_PATIENCE);
    private final List<URI> servers;
    private final List<OrderClient> clients;
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean held;
    private int atWork;
    private String wrongAnswer = "";
    private long acknowledged;
    private long recognised;
    private long lastNanos = System.nanoTime();
    private long longestGapNanos;

    OrderStream(List<URI> servers, List<OrderClient> clients) {
        this.servers = List.copyOf(servers);
        this.clients = List.copyOf(clients);
    }

    void start() {
        for (OrderClient client : clients) {
            Thread thread = new Thread(() -> send(client), "client-" + client.name());
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void send(OrderClient client) {
        int server = 0;
        try {
            while (begin()) {
                try {
                    server = send(client, client.next(), server);
                } finally {
                    end();
                }
                pause(PACE);
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the server to go on with. */
    private int send(OrderClient client, Batch batch, int first) throws InterruptedException {
        int server = first;
        while (closed.getCount() > 0) {
            boolean unanswered = false;
            try {
                Answer answer = desk.send(servers.get(server), batch);
                if (answer.isOk()) {
                    client.acknowledged(batch);
                    acknowledged(answer.json().getBoolean("duplicate"));
                    return server;
                }
                if (!answer.isWorthRepeating()) {
                    wrong("batch " + batch.batchId() + " of client " + client.name() + ": " + answer.json());
                    return server;
                }
            } catch (IOException unreachable) {
                unanswered = true;
            }
            server = (server + 1) % servers.size();
            if (unanswered && client.givesUp()) {
                return server;
            }
            pause(RETRY_PACE);
        }
        return server;
    }

    /** The clients' pace, unless it is over. */
    private void pause(Duration pace) throws InterruptedException {
        if (closed.await(pace.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new InterruptedException("closed");
        }
    }

    private synchronized boolean begin() throws InterruptedException {
        while (held) {
            wait();
        }
        atWork++;
        return wrongAnswer.isEmpty();
    }

    private synchronized void end() {
        atWork--;
        notifyAll();
    }

    private synchronized void wrong(String answer) {
        wrongAnswer = answer;
    }

    private synchronized void acknowledged(boolean recognisedAsRepeated) {
        long now = System.nanoTime();
        longestGapNanos = Math.max(longestGapNanos, now - lastNanos);
        lastNanos = now;
        acknowledged++;
        recognised += recognisedAsRepeated ? 1 : 0;
        notifyAll();
    }

    /** Returns when no client has anything under way. */
    synchronized void hold(Duration atMost) throws InterruptedException {
        held = true;
        await(() -> atWork == 0, atMost, "all clients to come to an end");
    }

    /** Goes on; what is counted for a fault is counted from here. */
    synchronized void goOn() {
        held = false;
        lastNanos = System.nanoTime();
        longestGapNanos = 0;
        notifyAll();
    }

    /** Returns when so many more batches are acknowledged. */
    synchronized void awaitMore(int batches, Duration atMost) throws InterruptedException {
        long wanted = acknowledged + batches;
        await(() -> acknowledged >= wanted, atMost, batches + " more acknowledgements");
    }

    private interface Condition {
        boolean holds();
    }

    private synchronized void await(Condition condition, Duration atMost, String what) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.holds()) {
            assertThat(wrongAnswer).isEmpty();
            long left = deadline - System.nanoTime();
            assertThat(left).as(what).isPositive();
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        assertThat(wrongAnswer).isEmpty();
    }

    List<OrderClient> clients() {
        return clients;
    }

    synchronized long acknowledgedBatches() {
        return acknowledged;
    }

    /** Acknowledged as recorded before. */
    synchronized long recognisedBatches() {
        return recognised;
    }

    /** The longest time without any acknowledgement since {@link #goOn}. */
    synchronized Duration longestGap() {
        return Duration.ofNanos(longestGapNanos);
    }

    @Override
    public void close() {
        closed.countDown();
        threads.forEach(Thread::interrupt);
    }
}
