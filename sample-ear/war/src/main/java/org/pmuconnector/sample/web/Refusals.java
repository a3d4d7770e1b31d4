package org.pmuconnector.sample.web;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import org.pmuconnector.sample.desk.DeskException;
import org.pmuconnector.sample.desk.DeskMonitor;

/** Answers for batches that were not accepted, with the server's name and role from its monitor. */
@ApplicationScoped
public class Refusals {

    @Inject
    private DeskMonitor monitor;

    Response of(DeskException refusal, JsonObjectBuilder besides) {
        return monitor.desk()
                .map(status -> Answers.error(refusal, status, besides))
                .orElseGet(() -> Answers.unavailable("STARTING", "the desk is starting", besides));
    }

    /** The body ended early or could not be read: the connection is gone, and most likely the client with it. */
    Response brokenBody(IOException broken, JsonObjectBuilder besides) {
        return Answers.error(BadRequest.invalid("the body could not be read: " + broken.getMessage()), besides);
    }
}
