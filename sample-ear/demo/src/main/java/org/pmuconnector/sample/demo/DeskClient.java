package org.pmuconnector.sample.demo;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.stream.Collectors;
import org.pmuconnector.sample.book.LobsterFormat;
import org.pmuconnector.sample.state.Batch;

/** Talks to a server with the sample over HTTP. Safe for use by many threads. */
public final class DeskClient {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    private final Duration requestTimeout;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();

    /** A client that waits long for answers. */
    public DeskClient() {
        this(REQUEST_TIMEOUT);
    }

    /** A client that waits so long for an answer: what became of the request is unknown then. */
    public DeskClient(Duration requestTimeout) {
        this.requestTimeout = requestTimeout;
    }

    /**
     * A server's answer.
     *
     * @param status the HTTP status code
     * @param json the body
     */
    public record Answer(int status, JsonObject json) {

        /** Whether the request was carried out. */
        public boolean isOk() {
            return status == 200;
        }

        /** Whether the same request may succeed later or at another server. */
        public boolean isWorthRepeating() {
            return status == 503;
        }
    }

    /** Sends a batch as lines of a message file. */
    public Answer send(URI server, Batch batch) throws IOException, InterruptedException {
        String lines = batch.messages().stream().map(LobsterFormat::format).collect(Collectors.joining("\n"));
        HttpRequest request = HttpRequest.newBuilder(server.resolve("orders?book=" + batch.book()))
                .timeout(requestTimeout)
                .header("Content-Type", "text/csv")
                .header("Client-Id", batch.clientId())
                .header("Batch-Id", Long.toString(batch.batchId()))
                .POST(HttpRequest.BodyPublishers.ofString(lines))
                .build();
        return answer(request);
    }

    /** Asks for a resource, for example {@code status}. */
    public Answer get(URI server, String path) throws IOException, InterruptedException {
        return answer(HttpRequest.newBuilder(server.resolve(path))
                .timeout(requestTimeout)
                .GET()
                .build());
    }

    private Answer answer(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        try (JsonReader reader = Json.createReader(new StringReader(response.body()))) {
            return new Answer(response.statusCode(), reader.readObject());
        } catch (JsonException notJson) {
            throw new IOException(
                    request.uri() + " answered " + response.statusCode() + " without JSON: " + response.body(),
                    notJson);
        }
    }
}
