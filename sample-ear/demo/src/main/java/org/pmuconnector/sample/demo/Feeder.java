package org.pmuconnector.sample.demo;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.pmuconnector.sample.demo.DeskClient.Answer;
import org.pmuconnector.sample.state.Batch;

/**
 * Sends a plan's batches to whichever server takes them, each client's in order and one at a time. A batch that was not
 * acknowledged is sent again under the same id until it is: by the servers' promise it is recorded once.
 */
public final class Feeder implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long RETRY_PAUSE_MILLIS = 5;

    private final DeskClient client;
    private final List<URI> servers;
    private final FeedPlan plan;
    private final ExecutorService threads;
    private final AtomicInteger presumedPrimary = new AtomicInteger();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong repeated = new AtomicLong();
    private final AtomicLong recognised = new AtomicLong();
    private final AtomicReference<Death> death = new AtomicReference<>();
    private final CountDownLatch halfway = new CountDownLatch(1);
    private final long holdAtMessages;
    private volatile boolean failed;

    private record Death(String serverName, long nanos, AtomicLong firstAcceptedNanos) {}

    /**
     * @param servers where the sample may be the primary
     * @param plan what to send
     * @param holdAtMessages after so many acknowledged messages no more are sent until {@link #announceDeath}: the
     *     stream must not end before its middle was interrupted
     */
    public Feeder(DeskClient client, List<URI> servers, FeedPlan plan, long holdAtMessages) {
        this.client = client;
        this.servers = List.copyOf(servers);
        this.plan = plan;
        this.holdAtMessages = holdAtMessages;
        this.threads = Executors.newFixedThreadPool(plan.clients().size(), task -> {
            Thread thread = new Thread(task, "feeder");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts all clients. When one fails the others stop too, and so the result fails. */
    public CompletableFuture<Void> start() {
        return CompletableFuture.allOf(plan.clients().stream()
                .map(batches -> CompletableFuture.runAsync(() -> feed(batches), threads))
                .toArray(CompletableFuture[]::new));
    }

    private void feed(List<Batch> batches) {
        try {
            for (Batch batch : batches) {
                if (acknowledged.get() >= holdAtMessages) {
                    halfway.await();
                }
                if (failed) {
                    return;
                }
                send(batch);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failure(interrupted);
        } catch (IOException | IllegalStateException broken) {
            throw failure(broken);
        }
    }

    private CompletionException failure(Exception cause) {
        failed = true;
        halfway.countDown();
        return new CompletionException(cause);
    }

    private void send(Batch batch) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String lastAnswer = "nothing";
        for (int attempt = 0; System.nanoTime() < deadline; attempt++) {
            int server = presumedPrimary.get();
            try {
                Answer answer = client.send(servers.get(server), batch);
                if (answer.isOk()) {
                    acknowledge(batch, answer);
                    return;
                }
                lastAnswer = answer.json().toString();
                if (!answer.isWorthRepeating()) {
                    throw new IllegalStateException("a batch was refused: " + lastAnswer);
                }
            } catch (IOException unreachable) {
                lastAnswer = unreachable.toString();
            }
            repeated.incrementAndGet();
            // Another thread may have moved on already; moving on from what this one tried keeps them together.
            presumedPrimary.compareAndSet(server, (server + 1) % servers.size());
            if (attempt >= servers.size() - 1) {
                TimeUnit.MILLISECONDS.sleep(RETRY_PAUSE_MILLIS);
            }
        }
        throw new IOException("batch " + batch.batchId() + " of " + batch.clientId() + " was not accepted within "
                + PATIENCE.toSeconds() + " s; the last answer was: " + lastAnswer);
    }

    private void acknowledge(Batch batch, Answer answer) {
        long now = System.nanoTime();
        if (answer.json().getBoolean("duplicate")) {
            recognised.incrementAndGet();
        }
        Death known = death.get();
        if (known != null && !answer.json().getString("server").equals(known.serverName())) {
            known.firstAcceptedNanos().compareAndSet(0, now);
        }
        acknowledged.addAndGet(batch.messages().size());
    }

    /**
     * To be called right before a server is killed: the time to the first order that another accepts counts from now.
     */
    public void announceDeath(String serverName) {
        death.set(new Death(serverName, System.nanoTime(), new AtomicLong()));
        halfway.countDown();
    }

    /** From the announced death to the first batch that another server acknowledged; fails if there was none. */
    public Duration failoverTime() {
        Death known = death.get();
        if (known == null || known.firstAcceptedNanos().get() == 0) {
            throw new IllegalStateException("no order was accepted by another server after the kill");
        }
        return Duration.ofNanos(known.firstAcceptedNanos().get() - known.nanos());
    }

    /** Messages acknowledged so far. */
    public long acknowledgedMessages() {
        return acknowledged.get();
    }

    /** How often a batch had to be sent again so far. */
    public long repeatedRequests() {
        return repeated.get();
    }

    /** How many batches were answered as recorded before: their first acknowledgement was lost. */
    public long recognisedDuplicates() {
        return recognised.get();
    }

    /** Stops whatever is still sending. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
