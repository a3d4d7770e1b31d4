package org.pmuconnector.sample.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.book.MessageType;

class MessageJsonTest {

    private static final String ONE = """
            {"time": 34200.004241176, "type": 1, "orderId": 16113575, "size": 18, "price": 5853300, "direction": 1}""";

    private static final Message MESSAGE =
            new Message(34_200_004_241_176L, MessageType.SUBMISSION, 16_113_575, 18, 5_853_300, 1);

    @Test
    void parse_oneObject_isOneMessage() throws BadRequest {
        assertThat(parse(ONE)).containsExactly(MESSAGE);
    }

    @Test
    void parse_array_isABatch() throws BadRequest {
        assertThat(parse("[" + ONE + "," + ONE + "]")).containsExactly(MESSAGE, MESSAGE);
    }

    @Test
    void parse_timeAsText_keepsTheNanoseconds() throws BadRequest {
        assertThat(parse(ONE.replace("34200.004241176", "\"34200.004241176\""))).containsExactly(MESSAGE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | not JSON",
                "{ | not JSON",
                "17 | not JSON",
                "[1] | element 0 of the array is not an object",
                "{} | type is missing",
                "{\"type\":1,\"colour\":2} | unknown field \"colour\"",
                "{\"type\":9} | type must be from 1 to 7",
                "{\"type\":1} | time is missing",
                "{\"type\":1,\"time\":true} | time is missing or not a number",
                "{\"type\":1,\"time\":1e400} | time must be seconds",
                "{\"type\":1,\"time\":-1} | time must be seconds",
                "{\"type\":1,\"time\":1,\"orderId\":1.5} | orderId is missing or not an integer",
                "{\"type\":1,\"time\":1,\"orderId\":1e999999999} | orderId is missing or not an integer",
                "{\"type\":1,\"time\":1,\"orderId\":99999999999999999999} | orderId is missing or not an integer",
                "{\"type\":1,\"time\":1,\"orderId\":9999999999999999999} | message 0",
                "{\"type\":1,\"time\":1,\"orderId\":1,\"size\":5000000000,\"price\":1,\"direction\":1} | overflow",
                "{\"type\":1,\"time\":1,\"orderId\":1,\"size\":1,\"price\":1,\"direction\":3} | direction must be"
            })
    void parse_wrongBody_saysWhat(String body, String reason) {
        assertThatThrownBy(() -> parse(body)).isInstanceOf(BadRequest.class).hasMessageContaining(reason);
    }

    @Test
    void parse_tooManyMessages_isRefused() {
        String body = IntStream.rangeClosed(0, 1_000).mapToObj(index -> ONE).collect(Collectors.joining(",", "[", "]"));
        assertThatThrownBy(() -> parse(body)).hasMessageContaining("found 1001");
    }

    @Test
    void parse_deepNesting_isRefusedWithoutExhaustingTheStack() {
        assertThatThrownBy(() -> parse("[".repeat(100_000))).isInstanceOf(BadRequest.class);
    }

    private static List<Message> parse(String body) throws BadRequest {
        return MessageJson.parse(body.getBytes(StandardCharsets.UTF_8));
    }
}
