package org.pmuconnector.sample.web;

import jakarta.ejb.ConcurrentAccessTimeoutException;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Whatever no resource answers itself: wrong paths, methods and media types as JSON, a desk that is busy as 503, and
 * the unexpected as 500 with the details in the server's log alone.
 */
@Provider
public class ErrorMapper implements ExceptionMapper<Throwable> {

    private static final Logger LOG = Logger.getLogger(ErrorMapper.class.getName());

    @Override
    public Response toResponse(Throwable failure) {
        if (failure instanceof WebApplicationException web) {
            return ofWeb(web.getResponse());
        }
        if (failure instanceof ConcurrentAccessTimeoutException) {
            return Answers.unavailable("BUSY", "the desk is busy: send it again", Json.createObjectBuilder());
        }
        LOG.log(Level.SEVERE, "a request failed", failure);
        return answer(500, "INTERNAL_ERROR", "the server failed; its log has the details")
                .build();
    }

    private static Response ofWeb(Response original) {
        int status = original.getStatus();
        Response.ResponseBuilder answer =
                answer(status, "HTTP_" + status, original.getStatusInfo().getReasonPhrase());
        String allow = original.getHeaderString(HttpHeaders.ALLOW);
        return allow == null
                ? answer.build()
                : answer.header(HttpHeaders.ALLOW, allow).build();
    }

    private static Response.ResponseBuilder answer(int status, String code, String message) {
        JsonObjectBuilder error = Json.createObjectBuilder().add("code", code).add("message", message);
        return Answers.answer(status, Json.createObjectBuilder().add("error", error));
    }
}
