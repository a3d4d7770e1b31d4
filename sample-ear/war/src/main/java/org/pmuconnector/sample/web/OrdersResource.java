package org.pmuconnector.sample.web;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.pmuconnector.sample.book.MalformedMessageException;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.desk.DeskException;
import org.pmuconnector.sample.desk.OrderDesk;
import org.pmuconnector.sample.state.Batch;

/**
 * {@code POST /orders}: one message or a batch, recorded whole or not at all. The body is JSON ({@link MessageJson}) or
 * lines of a LOBSTER message file ({@code text/csv}). {@link Sender} says how a client makes its batches repeatable.
 */
@Path("orders")
@RequestScoped
public class OrdersResource {

    /** The most bytes of a body: room for the largest batch with its fields at their longest. */
    static final int MAX_BODY_BYTES = 512 * 1024;

    @Inject
    private OrderDesk desk;

    @Inject
    private Refusals refusals;

    /** 200 with the receipt, or an error as {@link Answers} has them. */
    @POST
    @Consumes({MediaType.APPLICATION_JSON, "text/csv", MediaType.TEXT_PLAIN})
    @Produces(MediaType.APPLICATION_JSON)
    public Response submit(@Context HttpHeaders headers, @Context UriInfo uri, InputStream body) {
        try {
            Sender sender = Sender.of(headers, uri);
            byte[] bytes = read(body);
            List<Message> messages = MediaType.APPLICATION_JSON_TYPE.isCompatible(headers.getMediaType())
                    ? MessageJson.parse(bytes)
                    : new LobsterLines(new ByteArrayInputStream(bytes)).take(Batch.MAX_MESSAGES + 1);
            Batch batch = batch(sender, messages);
            return Answers.ok(JsonViews.receipt(desk.accept(batch)));
        } catch (BadRequest wrong) {
            return Answers.error(wrong, Json.createObjectBuilder());
        } catch (MalformedMessageException wrong) {
            return Answers.error(
                    BadRequest.invalidLine(wrong.getMessage(), wrong.lineNumber()), Json.createObjectBuilder());
        } catch (DeskException refusal) {
            return refusals.of(refusal, Json.createObjectBuilder());
        } catch (IOException broken) {
            return refusals.brokenBody(broken, Json.createObjectBuilder());
        }
    }

    private static byte[] read(InputStream body) throws IOException, BadRequest {
        try (InputStream bounded = new BoundedInput(body, MAX_BODY_BYTES)) {
            return bounded.readAllBytes();
        } catch (BoundedInput.LimitExceededException tooLong) {
            throw BadRequest.tooLarge(tooLong.getMessage() + ": send fewer messages at once, or a file to /feed");
        }
    }

    static Batch batch(Sender sender, List<Message> messages) throws BadRequest {
        if (messages.size() > Batch.MAX_MESSAGES) {
            throw BadRequest.invalid("a batch must have 1 to " + Batch.MAX_MESSAGES
                    + " messages, found more: send them in several batches, or as one stream to /feed");
        }
        try {
            return new Batch(sender.clientId(), sender.batchId(), sender.book(), messages);
        } catch (IllegalArgumentException wrong) {
            throw BadRequest.invalid(wrong.getMessage());
        }
    }
}
