package org.pmuconnector.sample.web;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.pmuconnector.sample.desk.BookView;
import org.pmuconnector.sample.desk.OrderDesk;

/**
 * {@code GET /book}: one book's best prices, counters and digest, and the digest of the whole desk. A standby answers
 * too, with what it has followed so far; the member "current" says whether the answer is the primary's.
 */
@Path("book")
@RequestScoped
public class BookResource {

    private static final int DEFAULT_DEPTH = 10;
    private static final int MAX_DEPTH = 1_000;

    @Inject
    private OrderDesk desk;

    /** 200 with the book, 404 if there is none of that name. */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Response book(
            @QueryParam("book") @DefaultValue(Sender.DEFAULT_BOOK) String name, @QueryParam("depth") String depth) {
        try {
            int levelCount = depth == null ? DEFAULT_DEPTH : Numbers.parse("depth", depth, 0, MAX_DEPTH);
            BookView view = desk.view(name, levelCount)
                    .orElseThrow(() -> BadRequest.notFound("there is no book of this name; GET /status lists them"));
            return Answers.ok(JsonViews.book(view));
        } catch (BadRequest wrong) {
            return Answers.error(wrong, Json.createObjectBuilder());
        }
    }
}
