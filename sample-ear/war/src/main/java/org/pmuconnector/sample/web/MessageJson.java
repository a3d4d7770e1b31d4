package org.pmuconnector.sample.web;

import jakarta.json.Json;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import java.io.ByteArrayInputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.pmuconnector.sample.book.LobsterFormat;
import org.pmuconnector.sample.book.MalformedMessageException;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.book.MessageType;
import org.pmuconnector.sample.state.Batch;

/**
 * Messages as JSON: one object {@code {"time", "type", "orderId", "size", "price", "direction"}} with the meaning of
 * the LOBSTER fields, or an array of them. Strict: every field must be there and none besides.
 */
final class MessageJson {

    private static final Set<String> FIELDS = Set.of("time", "type", "orderId", "size", "price", "direction");

    private MessageJson() {}

    static List<Message> parse(byte[] body) throws BadRequest {
        JsonStructure json;
        try (JsonReader reader = Json.createReader(new ByteArrayInputStream(body))) {
            json = reader.read();
        } catch (RuntimeException notJson) {
            // Not JsonException alone: for too deep a nesting the reference implementation throws no better one.
            throw BadRequest.invalid("the body is not JSON: " + firstLine(notJson.getMessage()));
        }
        if (json instanceof JsonObject object) {
            return List.of(message(object, 0));
        }
        JsonArray array = (JsonArray) json;
        if (array.size() > Batch.MAX_MESSAGES) {
            throw BadRequest.invalid(
                    "a batch must have 1 to " + Batch.MAX_MESSAGES + " messages, found " + array.size());
        }
        List<Message> messages = new ArrayList<>(array.size());
        for (JsonValue value : array) {
            if (!(value instanceof JsonObject object)) {
                throw BadRequest.invalid("element " + messages.size() + " of the array is not an object");
            }
            messages.add(message(object, messages.size()));
        }
        return messages;
    }

    private static Message message(JsonObject object, int index) throws BadRequest {
        try {
            for (String name : object.keySet()) {
                if (!FIELDS.contains(name)) {
                    throw new IllegalArgumentException("unknown field \"" + bounded(name) + '"');
                }
            }
            long code = integer(object, "type");
            MessageType type = MessageType.ofCode(code)
                    .orElseThrow(() -> new IllegalArgumentException("type must be from 1 to 7, found " + code));
            return new Message(
                    time(object),
                    type,
                    integer(object, "orderId"),
                    Math.toIntExact(integer(object, "size")),
                    integer(object, "price"),
                    Math.toIntExact(integer(object, "direction")));
        } catch (IllegalArgumentException | ArithmeticException | MalformedMessageException wrong) {
            throw BadRequest.invalid("message " + index + ": " + wrong.getMessage());
        }
    }

    /** A number, or a string for those whose JSON library would lose the nanoseconds. */
    private static long time(JsonObject object) throws MalformedMessageException {
        JsonValue value = object.get("time");
        if (value instanceof JsonNumber number) {
            BigDecimal seconds = number.bigDecimalValue();
            // Written out, 1E9 digits would fill the memory: such a number is refused by its size alone.
            if (seconds.precision() > 18 || Math.abs((long) seconds.scale()) > 18) {
                throw new IllegalArgumentException("time must be seconds after midnight with up to 9 decimals");
            }
            return LobsterFormat.time(seconds.toPlainString(), 0);
        }
        if (value instanceof JsonString string) {
            return LobsterFormat.time(string.getString(), 0);
        }
        throw new IllegalArgumentException("time is missing or not a number");
    }

    private static long integer(JsonObject object, String field) {
        if (object.get(field) instanceof JsonNumber number) {
            BigDecimal value = number.bigDecimalValue();
            if (value.precision() - value.scale() <= 19 && value.scale() <= 0) {
                return value.longValueExact();
            }
        }
        throw new IllegalArgumentException(field + " is missing or not an integer");
    }

    private static String bounded(String text) {
        return text.length() > 32 ? text.substring(0, 32) + "..." : text;
    }

    private static String firstLine(String text) {
        return text == null ? "unreadable" : text.lines().findFirst().orElse("unreadable");
    }
}
