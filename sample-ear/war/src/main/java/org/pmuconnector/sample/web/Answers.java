package org.pmuconnector.sample.web;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.pmuconnector.sample.desk.DeskException;
import org.pmuconnector.sample.desk.DeskStatus;

/** Turns results and refusals into HTTP answers; every answer is a JSON object, a refusal's has the member "error". */
final class Answers {

    /** A takeover takes milliseconds, but the header counts in seconds. */
    private static final int RETRY_AFTER_SECONDS = 1;

    private Answers() {}

    static Response ok(JsonObjectBuilder json) {
        return answer(200, json).build();
    }

    static Response error(BadRequest wrong, JsonObjectBuilder besides) {
        return answer(wrong.status(), besides.add("error", wrong.toJson())).build();
    }

    /** A batch was not accepted; who refused it and in which role goes along. */
    static Response error(DeskException refusal, DeskStatus status, JsonObjectBuilder besides) {
        JsonObjectBuilder error = Json.createObjectBuilder()
                .add("code", refusal.reason().name())
                .add("message", refusal.getMessage())
                .add("retry", refusal.reason().isRetryable())
                .add("server", status.server())
                .add("role", status.role().name());
        return retryable(answer(statusCode(refusal.reason()), besides.add("error", error)), refusal.reason())
                .build();
    }

    /** Nothing is known to be wrong with the request, but it cannot be served now. */
    static Response unavailable(String code, String message, JsonObjectBuilder besides) {
        JsonObjectBuilder error = Json.createObjectBuilder()
                .add("code", code)
                .add("message", message)
                .add("retry", true);
        return answer(503, besides.add("error", error))
                .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .build();
    }

    static Response.ResponseBuilder answer(int status, JsonObjectBuilder json) {
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(json.build().toString());
    }

    private static int statusCode(DeskException.Reason reason) {
        return switch (reason) {
            case NOT_PRIMARY, FENCED, OUTCOME_UNKNOWN, UNAVAILABLE, REGION_FULL -> 503;
            case BATCH_TOO_LARGE -> 413;
            case ID_REUSED -> 409;
            case LIMIT_REACHED -> 422;
            case BROKEN -> 500;
        };
    }

    private static Response.ResponseBuilder retryable(Response.ResponseBuilder answer, DeskException.Reason reason) {
        return reason.isRetryable() ? answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS) : answer;
    }
}
