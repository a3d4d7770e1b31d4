package org.pmuconnector.sample.web;

import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;

/** A request that cannot be carried out as it is, with the status code that says why. */
public class BadRequest extends Exception {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final long lineNumber;

    private BadRequest(int status, String code, String message, long lineNumber) {
        super(message);
        this.status = status;
        this.code = code;
        this.lineNumber = lineNumber;
    }

    /** The request has a mistake that the message names. */
    static BadRequest invalid(String message) {
        return new BadRequest(400, "INVALID_REQUEST", message, 0);
    }

    /** A line of the body has a mistake that the message names. */
    static BadRequest invalidLine(String message, long lineNumber) {
        return new BadRequest(400, "INVALID_REQUEST", message, lineNumber);
    }

    /** The body is longer than is taken. */
    static BadRequest tooLarge(String message) {
        return new BadRequest(413, "BODY_TOO_LARGE", message, 0);
    }

    /** What was asked for does not exist. */
    static BadRequest notFound(String message) {
        return new BadRequest(404, "NOT_FOUND", message, 0);
    }

    int status() {
        return status;
    }

    JsonObjectBuilder toJson() {
        JsonObjectBuilder error = Json.createObjectBuilder().add("code", code).add("message", getMessage());
        if (lineNumber > 0) {
            error.add("line", lineNumber);
        }
        return error;
    }
}
