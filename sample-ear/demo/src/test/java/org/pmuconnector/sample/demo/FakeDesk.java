package org.pmuconnector.sample.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.pmuconnector.sample.book.LobsterFormat;
import org.pmuconnector.sample.book.MalformedMessageException;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.state.Batch;
import org.pmuconnector.sample.state.DeskState;
import org.pmuconnector.sample.state.Verdict;

/** Servers with the sample's interface that share one state, as if every set arrived at once. */
final class FakeDesk implements AutoCloseable {

    private final String name;
    private final DeskState shared;
    private final HttpServer http;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean primary;
    private volatile boolean forgetful;
    private volatile int answersUntilSilence = Integer.MAX_VALUE;

    FakeDesk(String name, DeskState shared) throws IOException {
        this.name = name;
        this.shared = shared;
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(threads);
        http.createContext("/orders", this::orders);
        http.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/");
    }

    void becomePrimary() {
        primary = true;
    }

    /** From now on it records repeated batches again. */
    void forgetClients() {
        forgetful = true;
    }

    /** After so many answers it records what it gets, but its answers do not arrive. */
    void loseAnswersAfter(int count) {
        answersUntilSilence = count;
    }

    private void orders(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!primary) {
                answer(exchange, 503, "{\"error\":{\"code\":\"NOT_PRIMARY\"}}");
                return;
            }
            boolean duplicate = record(batch(exchange));
            synchronized (this) {
                if (answersUntilSilence-- <= 0) {
                    return;
                }
            }
            answer(exchange, 200, "{\"server\":\"" + name + "\",\"duplicate\":" + duplicate + "}");
        }
    }

    private boolean record(Batch batch) {
        synchronized (shared) {
            boolean duplicate = shared.judge(batch) == Verdict.DUPLICATE && !forgetful;
            if (!duplicate) {
                shared.apply(batch);
            }
            return duplicate;
        }
    }

    private static Batch batch(HttpExchange exchange) throws IOException {
        List<Message> messages = new ArrayList<>();
        try (InputStream body = exchange.getRequestBody()) {
            for (String line : lines(body)) {
                messages.add(LobsterFormat.parse(line, 1));
            }
        } catch (MalformedMessageException malformed) {
            throw new IOException(malformed);
        }
        return new Batch(
                exchange.getRequestHeaders().getFirst("Client-Id"),
                Long.parseLong(exchange.getRequestHeaders().getFirst("Batch-Id")),
                exchange.getRequestURI().getQuery().replace("book=", ""),
                messages);
    }

    private static List<String> lines(InputStream body) throws IOException {
        return new String(body.readAllBytes(), StandardCharsets.US_ASCII)
                .lines()
                .toList();
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        http.stop(0);
        threads.shutdownNow();
    }
}
