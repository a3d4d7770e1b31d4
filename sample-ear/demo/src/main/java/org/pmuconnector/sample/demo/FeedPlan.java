package org.pmuconnector.sample.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.sample.book.LobsterFormat;
import org.pmuconnector.sample.book.MalformedMessageException;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.generator.OrderFlow;
import org.pmuconnector.sample.state.Batch;
import org.pmuconnector.sample.state.DeskState;
import org.pmuconnector.sample.state.Digest;

/**
 * Everything that is going to be sent: for each client its batches in order. Clients write to books of their own, so
 * that the outcome does not depend on whose request comes first.
 *
 * @param clients the clients' batches
 */
public record FeedPlan(List<List<Batch>> clients) {

    private static final int GENERATED_CLIENTS = 4;

    /** Even a small file is sent in so many pieces that its stream has a middle. */
    private static final int MIN_BATCHES = 20;

    /** Copies the lists. */
    public FeedPlan {
        clients = clients.stream().map(List::copyOf).toList();
    }

    /**
     * Generated orders of four clients.
     *
     * @param orderCount how many in all
     * @param batchSize messages in a batch
     * @param seed gives the same orders again
     */
    public static FeedPlan generated(int orderCount, int batchSize, long seed) {
        List<List<Batch>> clients = new ArrayList<>();
        for (int client = 0; client < GENERATED_CLIENTS; client++) {
            int count = orderCount / GENERATED_CLIENTS + (client < orderCount % GENERATED_CLIENTS ? 1 : 0);
            List<Message> messages = new OrderFlow(seed + client).take(count);
            clients.add(batches("feeder-" + (client + 1), "BOOK" + (client + 1), messages, batchSize));
        }
        return new FeedPlan(clients);
    }

    /**
     * A LOBSTER message file, sent by one client into one book that has the name of the file up to its first
     * underscore: the instrument, in the names that such files have.
     *
     * @throws MalformedMessageException if a line is no message, naming the line
     */
    public static FeedPlan ofFile(Path file, int batchSize) throws IOException, MalformedMessageException {
        List<Message> messages = new ArrayList<>();
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                messages.add(LobsterFormat.parse(line, messages.size() + 1L));
            }
        }
        if (messages.size() < MIN_BATCHES) {
            throw new MalformedMessageException(
                    0, "the file has " + messages.size() + " messages, at least " + MIN_BATCHES + " are needed");
        }
        int size = Math.min(batchSize, messages.size() / MIN_BATCHES);
        return new FeedPlan(List.of(batches("feeder-1", bookName(file), messages, size)));
    }

    private static String bookName(Path file) {
        String name = file.getFileName().toString().replaceFirst("[_.].*", "").replaceAll("[^A-Za-z0-9-]", "-");
        return name.isEmpty() ? "orders" : name.substring(0, Math.min(name.length(), 64));
    }

    private static List<Batch> batches(String clientId, String book, List<Message> messages, int batchSize) {
        List<Batch> batches = new ArrayList<>();
        for (int from = 0; from < messages.size(); from += batchSize) {
            int to = Math.min(from + batchSize, messages.size());
            batches.add(new Batch(clientId, batches.size() + 1L, book, messages.subList(from, to)));
        }
        return batches;
    }

    /** How many messages there are. */
    public long messageCount() {
        return clients.stream()
                .flatMap(List::stream)
                .mapToLong(batch -> batch.messages().size())
                .sum();
    }

    /** The digest of a desk that took everything once, in order, on a server that never failed. */
    public String expectedDigest() {
        DeskState state = new DeskState();
        clients.forEach(batches -> batches.forEach(state::apply));
        return Digest.of(state);
    }
}
