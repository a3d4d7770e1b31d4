package org.pmuconnector.sample.demo;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.pmuconnector.sample.demo.DeskClient.Answer;
import org.pmuconnector.sample.state.Batch;

/** Compares a server's books with what was sent, client by client, over the same interface that everyone uses. */
public final class Verification {

    private final DeskClient client;
    private final URI server;

    /** @param server the primary */
    public Verification(DeskClient client, URI server) {
        this.client = client;
        this.server = server;
    }

    /**
     * What a server holds of a plan.
     *
     * @param recorded messages in its books
     * @param lost messages of the plan that are missing
     * @param duplicated messages more than the plan has
     * @param digest the digest of its state
     */
    public record Finding(long recorded, long lost, long duplicated, String digest) {}

    /** Asks the server; the whole plan must have been acknowledged. */
    public Finding find(FeedPlan plan) throws IOException, InterruptedException {
        long recorded = 0;
        long lost = 0;
        long duplicated = 0;
        String anyBook = null;
        for (List<Batch> batches : plan.clients()) {
            Batch first = batches.get(0);
            anyBook = first.book();
            long sent =
                    batches.stream().mapToLong(batch -> batch.messages().size()).sum();
            long held = messagesOf(first.clientId());
            recorded += held;
            lost += Math.max(0, sent - held);
            duplicated += Math.max(0, held - sent);
        }
        Answer book = required("book?depth=0&book=" + anyBook);
        return new Finding(recorded, lost, duplicated, book.json().getString("deskDigest"));
    }

    private long messagesOf(String clientId) throws IOException, InterruptedException {
        Answer answer = client.get(server, "clients/" + clientId);
        if (answer.status() == 404) {
            return 0;
        }
        return requireOk(answer).json().getJsonNumber("messages").longValueExact();
    }

    private Answer required(String path) throws IOException, InterruptedException {
        return requireOk(client.get(server, path));
    }

    private static Answer requireOk(Answer answer) throws IOException {
        if (!answer.isOk()) {
            throw new IOException("the server answered " + answer.status() + ": " + answer.json());
        }
        return answer;
    }
}
