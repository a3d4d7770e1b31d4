package org.pmuconnector.sample.book;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class OrderBookTest {

    private final OrderBook book = new OrderBook();

    @Test
    void apply_submissions_restInPriceTimePriority() {
        apply(MessageType.SUBMISSION, 1, 10, 100, 1);
        apply(MessageType.SUBMISSION, 2, 10, 102, 1);
        apply(MessageType.SUBMISSION, 3, 10, 102, 1);
        apply(MessageType.SUBMISSION, 4, 10, 105, -1);
        apply(MessageType.SUBMISSION, 5, 10, 104, -1);

        assertThat(ids()).containsExactly(2L, 3L, 1L, 5L, 4L);
        assertThat(book.first(Side.BUY)).map(RestingOrder::orderId).contains(2L);
        assertThat(book.first(Side.SELL)).map(RestingOrder::orderId).contains(5L);
    }

    @Test
    void apply_partialCancellation_keepsThePlaceInTheQueue() {
        apply(MessageType.SUBMISSION, 1, 10, 100, 1);
        apply(MessageType.SUBMISSION, 2, 10, 100, 1);
        apply(MessageType.PARTIAL_CANCELLATION, 1, 4, 100, 1);

        assertThat(ids()).containsExactly(1L, 2L);
        assertThat(book.depth(1).bids()).containsExactly(new Depth.Level(100, 16, 2));
    }

    @Test
    void apply_executionOfTheRest_removesOrderAndLevel() {
        apply(MessageType.SUBMISSION, 1, 10, 100, 1);
        apply(MessageType.VISIBLE_EXECUTION, 1, 4, 100, 1);
        apply(MessageType.VISIBLE_EXECUTION, 1, 6, 100, 1);

        assertThat(book.orderCount()).isZero();
        assertThat(book.depth(5).bids()).isEmpty();
        assertThat(book.counters().executedSize()).isEqualTo(10);
    }

    @Test
    void apply_unknownOrders_areCountedAndChangeNothingElse() {
        apply(MessageType.SUBMISSION, 1, 10, 100, 1);
        apply(MessageType.SUBMISSION, 1, 99, 200, -1);
        apply(MessageType.DELETION, 7, 10, 100, 1);
        apply(MessageType.PARTIAL_CANCELLATION, 7, 10, 100, 1);
        apply(MessageType.VISIBLE_EXECUTION, 7, 10, 100, 1);

        assertThat(book.counters().unmatched()).isEqualTo(4);
        assertThat(book.counters().total()).isEqualTo(5);
        assertThat(book.order(1)).map(RestingOrder::price).contains(100L);
        assertThat(book.orderCount()).isEqualTo(1);
    }

    @Test
    void apply_haltMessages_followTheStateOfTrading() {
        List<Boolean> states = new ArrayList<>();
        for (long price : new long[] {-1, 0, 1}) {
            book.apply(new Message(1, MessageType.TRADING_HALT, 0, 0, price, -1));
            states.add(book.isHalted());
        }
        assertThat(states).containsExactly(true, true, false);
    }

    @Test
    void apply_hiddenExecutionAndCrossTrade_leaveTheVisibleBook() {
        apply(MessageType.SUBMISSION, 1, 10, 100, 1);
        apply(MessageType.HIDDEN_EXECUTION, 0, 50, 100, 1);
        apply(MessageType.CROSS_TRADE, -1, 5_000, 100, -1);

        assertThat(book.depth(1).bids()).containsExactly(new Depth.Level(100, 10, 1));
        assertThat(book.counters().executedSize()).isEqualTo(50);
    }

    @Test
    void depth_moreLevelsThanAsked_givesTheBest() {
        for (int order = 1; order <= 5; order++) {
            apply(MessageType.SUBMISSION, order, 10, 100 + order, 1);
            apply(MessageType.SUBMISSION, 10 + order, 10, 200 + order, -1);
        }

        assertThat(book.depth(2).bids()).extracting(Depth.Level::price).containsExactly(105L, 104L);
        assertThat(book.depth(2).asks()).extracting(Depth.Level::price).containsExactly(201L, 202L);
        assertThat(book.depth(0).asks()).isEmpty();
    }

    @Test
    void apply_randomMessages_agreesWithTheNaiveBook() {
        long seed = System.nanoTime();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        NaiveBook naive = new NaiveBook();
        for (int step = 0; step < 20_000; step++) {
            Message message = randomMessage(random, step);
            book.apply(message);
            naive.apply(message);
            if (step % 50 == 0) {
                assertSame(naive, "seed " + seed + ", step " + step + ": " + message);
            }
        }
        assertSame(naive, "seed " + seed);
    }

    /** Few ids and prices, so that every case is met: unknown, repeated, overfilled, emptied levels. */
    private static Message randomMessage(RandomGenerator random, int step) {
        MessageType type = MessageType.ofCode(random.nextInt(1, 8)).orElseThrow();
        if (type == MessageType.TRADING_HALT) {
            return new Message(step, type, 0, 0, random.nextInt(-1, 2), -1);
        }
        int direction = random.nextBoolean() ? 1 : -1;
        return new Message(step, type, random.nextInt(1, 60), random.nextInt(1, 30), random.nextInt(1, 12), direction);
    }

    private void assertSame(NaiveBook naive, String description) {
        List<RestingOrder> expected = naive.inPriority();
        List<RestingOrder> actual = new ArrayList<>();
        book.forEachOrder(actual::add);
        assertThat(actual).as(description).isEqualTo(expected);
        assertThat(book.orderCount()).as(description).isEqualTo(expected.size());
        assertThat(book.counters().executedSize()).as(description).isEqualTo(naive.executedSize());
        assertThat(book.counters().unmatched()).as(description).isEqualTo(naive.unmatched());
        long depthSize = book.depth(1_000).bids().stream()
                        .mapToLong(Depth.Level::totalSize)
                        .sum()
                + book.depth(1_000).asks().stream()
                        .mapToLong(Depth.Level::totalSize)
                        .sum();
        assertThat(depthSize)
                .as(description)
                .isEqualTo(expected.stream().mapToLong(RestingOrder::size).sum());
    }

    private void apply(MessageType type, long orderId, int size, long price, int direction) {
        book.apply(new Message(1, type, orderId, size, price, direction));
    }

    private List<Long> ids() {
        List<Long> ids = new ArrayList<>();
        book.forEachOrder(order -> ids.add(order.orderId()));
        return ids;
    }
}
