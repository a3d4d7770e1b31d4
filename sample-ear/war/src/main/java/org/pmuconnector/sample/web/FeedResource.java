package org.pmuconnector.sample.web;

import jakarta.ejb.ConcurrentAccessTimeoutException;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.pmuconnector.sample.book.MalformedMessageException;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.desk.DeskException;
import org.pmuconnector.sample.desk.OrderDesk;
import org.pmuconnector.sample.desk.Receipt;
import org.pmuconnector.sample.state.Batch;

/**
 * {@code POST /feed}: a LOBSTER message file or an endless stream of its lines, recorded in batches as it arrives. The
 * query parameter {@code batchSize} says how many lines make one (50 unless given).
 *
 * <p>The client id and batch id of {@link Sender} name the first batch, the following ones count on from it: whoever
 * sends the same file again under the same ids and batch size has each line recorded once. Every answer, also an error,
 * says how far it came.
 */
@Path("feed")
@RequestScoped
public class FeedResource {

    private static final int DEFAULT_BATCH_SIZE = 50;

    @Inject
    private OrderDesk desk;

    @Inject
    private Refusals refusals;

    /** 200 when the whole stream is recorded, else an error as {@link Answers} has them. */
    @POST
    @Consumes({"text/csv", MediaType.TEXT_PLAIN})
    @Produces(MediaType.APPLICATION_JSON)
    public Response feed(
            @Context HttpHeaders headers,
            @Context UriInfo uri,
            @QueryParam("batchSize") String batchSizeText,
            InputStream body) {
        Feed feed = new Feed();
        try {
            Sender first = Sender.of(headers, uri);
            feed.run(first, batchSize(batchSizeText), new LobsterLines(body));
            return Answers.ok(feed.toJson());
        } catch (BadRequest wrong) {
            return Answers.error(wrong, feed.toJson());
        } catch (MalformedMessageException wrong) {
            return Answers.error(BadRequest.invalidLine(wrong.getMessage(), wrong.lineNumber()), feed.toJson());
        } catch (DeskException refusal) {
            return refusals.of(refusal, feed.toJson());
        } catch (ConcurrentAccessTimeoutException busy) {
            return Answers.unavailable("BUSY", "the desk is busy: send the rest again", feed.toJson());
        } catch (IOException broken) {
            return refusals.brokenBody(broken, feed.toJson());
        }
    }

    private static int batchSize(String text) throws BadRequest {
        return text == null ? DEFAULT_BATCH_SIZE : Numbers.parse("batchSize", text, 1, Batch.MAX_MESSAGES);
    }

    /** How far one stream has come. */
    private final class Feed {
        private long accepted;
        private long duplicates;
        private long batches;
        private long nextBatchId;

        private void run(Sender first, int batchSize, LobsterLines lines)
                throws IOException, MalformedMessageException, BadRequest, DeskException {
            nextBatchId = first.batchId();
            List<Message> messages = lines.take(batchSize);
            if (messages.isEmpty()) {
                throw BadRequest.invalid("the body is empty");
            }
            for (; !messages.isEmpty(); messages = lines.take(batchSize)) {
                Sender sender = new Sender(first.clientId(), nextBatchId, first.book());
                Receipt receipt = desk.accept(OrdersResource.batch(sender, messages));
                batches++;
                if (receipt.duplicate()) {
                    duplicates += receipt.messages();
                } else {
                    accepted += receipt.messages();
                }
                if (nextBatchId > 0) {
                    nextBatchId++;
                }
            }
        }

        private JsonObjectBuilder toJson() {
            JsonObjectBuilder json = Json.createObjectBuilder()
                    .add("accepted", accepted)
                    .add("duplicates", duplicates)
                    .add("batches", batches);
            if (nextBatchId > 0) {
                json.add("nextBatch", nextBatchId);
            }
            return json;
        }
    }
}
