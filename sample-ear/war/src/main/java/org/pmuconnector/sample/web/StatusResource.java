package org.pmuconnector.sample.web;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.pmuconnector.sample.desk.DeskMonitor;
import org.pmuconnector.sample.desk.DeskStatus;
import org.pmuconnector.sample.desk.Role;
import org.pmuconnector.sample.desk.UnitView;

/** How this server does. Answers at once, also while a batch waits for the unit. */
@Path("")
@RequestScoped
public class StatusResource {

    @Inject
    private DeskMonitor monitor;

    /** {@code GET /status}: role, epoch, counters, how much is unread. */
    @GET
    @Path("status")
    @Produces(MediaType.APPLICATION_JSON)
    public Response status() {
        return monitor.desk()
                .map(status ->
                        Answers.ok(JsonViews.status(status, monitor.unit().seenBy(status))))
                .orElseGet(() -> Answers.unavailable("STARTING", "the desk is starting", Json.createObjectBuilder()));
    }

    /**
     * {@code GET /health} for a load balancer: 200 if the server can do its part, be it primary or standby, else 503.
     * With {@code ?role=primary} only the primary, whose term is known to go on, answers 200.
     */
    @GET
    @Path("health")
    @Produces(MediaType.APPLICATION_JSON)
    public Response health(@QueryParam("role") String role) {
        if (role != null && !role.equals("primary")) {
            return Answers.error(
                    BadRequest.invalid("role must be primary, or be left out"), Json.createObjectBuilder());
        }
        DeskStatus status = monitor.desk().orElse(null);
        boolean up = status != null
                && (role != null
                        ? status.isCurrentPrimary()
                        : status.role() != Role.FENCED
                                && monitor.unit().seenBy(status).state() == UnitView.State.REACHABLE);
        JsonObjectBuilder json = Json.createObjectBuilder().add("status", up ? "UP" : "DOWN");
        if (status != null) {
            json.add("server", status.server()).add("role", status.role().name());
        }
        return Answers.answer(up ? 200 : 503, json).build();
    }
}
