package org.pmuconnector.sample.generator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pmuconnector.sample.book.LobsterFormat;
import org.pmuconnector.sample.book.MalformedMessageException;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.book.MessageType;
import org.pmuconnector.sample.book.OrderBook;
import org.pmuconnector.sample.book.RestingOrder;
import org.pmuconnector.sample.book.Side;

class OrderFlowTest {

    @Test
    void take_sameSeed_isTheSameFlow() {
        assertThat(new OrderFlow(42).take(1_000)).isEqualTo(new OrderFlow(42).take(1_000));
        assertThat(new OrderFlow(42).take(1_000)).isNotEqualTo(new OrderFlow(43).take(1_000));
    }

    @Test
    void take_aLongFlow_fitsItsOwnBookAndNeverCrosses() {
        OrderBook book = new OrderBook();
        long lastTimeNanos = 0;
        for (Message message : new OrderFlow(5).take(50_000)) {
            book.apply(message);
            assertThat(message.timeNanos()).isGreaterThanOrEqualTo(lastTimeNanos);
            lastTimeNanos = message.timeNanos();
            long bid = book.first(Side.BUY).map(RestingOrder::price).orElse(Long.MIN_VALUE);
            long ask = book.first(Side.SELL).map(RestingOrder::price).orElse(Long.MAX_VALUE);
            assertThat(bid).as(message.toString()).isLessThan(ask);
        }
        assertThat(book.counters().unmatched()).isZero();
        assertThat(book.orderCount()).isBetween(200, 5_000);
        for (MessageType type : List.of(
                MessageType.SUBMISSION,
                MessageType.PARTIAL_CANCELLATION,
                MessageType.DELETION,
                MessageType.VISIBLE_EXECUTION,
                MessageType.HIDDEN_EXECUTION,
                MessageType.TRADING_HALT)) {
            assertThat(book.counters().of(type)).as(type.name()).isPositive();
        }
    }

    @Test
    void run_countAndSeed_printsThatManyLines() throws MalformedMessageException {
        Output output = new Output();
        int exitCode = GenerateOrders.run(output.out, output.err, "--count", "25", "--seed", "9");

        List<String> lines = output.outText().lines().toList();
        assertThat(exitCode).isZero();
        assertThat(lines).hasSize(25);
        List<Message> expected = new OrderFlow(9).take(25);
        for (int index = 0; index < 25; index++) {
            assertThat(LobsterFormat.parse(lines.get(index), index + 1L)).isEqualTo(expected.get(index));
        }
    }

    @Test
    void run_wrongArguments_saysWhatAndHow() {
        for (String[] arguments :
                List.of(new String[] {"--count"}, new String[] {"--count", "-1"}, new String[] {"--colour", "1"})) {
            Output output = new Output();
            assertThat(GenerateOrders.run(output.out, output.err, arguments)).isEqualTo(2);
            assertThat(output.errText()).startsWith("GenerateOrders: ").contains("Usage:");
            assertThat(output.outText()).isEmpty();
        }
    }

    private static final class Output {
        private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        private final PrintStream out = new PrintStream(outBytes, true, StandardCharsets.US_ASCII);
        private final PrintStream err = new PrintStream(errBytes, true, StandardCharsets.US_ASCII);

        private String outText() {
            return outBytes.toString(StandardCharsets.US_ASCII);
        }

        private String errText() {
            return errBytes.toString(StandardCharsets.US_ASCII);
        }
    }
}
