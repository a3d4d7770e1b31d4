package org.pmuconnector.sample.web;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;

/**
 * Who sends a batch, under which number, for which book: from the headers {@code Client-Id} and {@code Batch-Id} or the
 * query parameters {@code client} and {@code batch}, and the query parameter {@code book}.
 *
 * @param clientId empty if the sender wants no protection against repetition
 * @param batchId 0 without a client id
 * @param book the book's name
 */
record Sender(String clientId, long batchId, String book) {

    /** The book that is meant where none is named: a message file is of one instrument. */
    static final String DEFAULT_BOOK = "default";

    static Sender of(HttpHeaders headers, UriInfo uri) throws BadRequest {
        String client = either(headers, "Client-Id", uri, "client");
        String batch = either(headers, "Batch-Id", uri, "batch");
        if (client.isEmpty() != batch.isEmpty()) {
            throw BadRequest.invalid("a client id (header Client-Id or query parameter client) and a batch id (header"
                    + " Batch-Id or query parameter batch) go together: give both or neither");
        }
        String book = uri.getQueryParameters().getFirst("book");
        return new Sender(client, batch.isEmpty() ? 0 : batchId(batch), book == null ? DEFAULT_BOOK : book);
    }

    private static String either(HttpHeaders headers, String header, UriInfo uri, String parameter) throws BadRequest {
        String fromHeader = headers.getHeaderString(header);
        String fromQuery = uri.getQueryParameters().getFirst(parameter);
        if (fromHeader != null && fromQuery != null && !fromHeader.equals(fromQuery)) {
            throw BadRequest.invalid("header " + header + " and query parameter " + parameter + " differ");
        }
        String value = fromHeader == null ? fromQuery : fromHeader;
        return value == null ? "" : value.strip();
    }

    private static long batchId(String text) throws BadRequest {
        try {
            long batchId = Long.parseLong(text);
            if (batchId >= 1) {
                return batchId;
            }
        } catch (NumberFormatException notANumber) {
            throw invalidBatchId();
        }
        throw invalidBatchId();
    }

    private static BadRequest invalidBatchId() {
        return BadRequest.invalid("the batch id must be an integer of 1 or more, higher with each batch");
    }
}
