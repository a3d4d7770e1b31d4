package org.pmuconnector.sample.web;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.pmuconnector.sample.desk.OrderDesk;
import org.pmuconnector.sample.state.ClientProgress;

/**
 * {@code GET /clients/ID}: how far a client has come, so that one that has lost count knows where to go on. Only the
 * primary's answer includes everything that was acknowledged.
 */
@Path("clients")
@RequestScoped
public class ClientResource {

    @Inject
    private OrderDesk desk;

    /** 200 with the client's progress, 404 if it has sent nothing under a client id. */
    @GET
    @Path("{clientId}")
    @Produces(MediaType.APPLICATION_JSON)
    public Response progress(@PathParam("clientId") String clientId) {
        ClientProgress progress = desk.progress(clientId).orElse(null);
        if (progress == null) {
            return Answers.error(
                    BadRequest.notFound("no batch of a client with this id is recorded"), Json.createObjectBuilder());
        }
        return Answers.ok(Json.createObjectBuilder()
                .add("clientId", clientId)
                .add("lastBatch", progress.lastBatchId())
                .add("batches", progress.batches())
                .add("messages", progress.messages()));
    }
}
