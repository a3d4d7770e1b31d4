package org.pmuconnector.sample.generator;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.book.MessageType;
import org.pmuconnector.sample.book.OrderBook;
import org.pmuconnector.sample.book.RestingOrder;
import org.pmuconnector.sample.book.Side;

/**
 * An endless day at an exchange for one instrument: orders come near the best prices and never cross them, some shrink,
 * most are withdrawn, the first in line are executed, and now and then trading halts. The same seed gives the same
 * messages on every machine. Not safe for use by several threads.
 */
public final class OrderFlow {

    private static final long OPENING_NANOS = 34_200_000_000_000L;
    private static final long LAST_NANOS = Message.MAX_TIME_NANOS - 1;
    private static final long TICK = 100;
    private static final int MAX_DISTANCE_TICKS = 50;
    private static final int TYPICAL_RESTING_ORDERS = 500;

    private final RandomGenerator random;
    private final OrderBook book = new OrderBook();
    private final List<Long> restingIds = new ArrayList<>();
    private final long openingPrice;
    private long timeNanos = OPENING_NANOS;
    private long nextOrderId;

    /** @param seed chooses the day */
    public OrderFlow(long seed) {
        random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        openingPrice = TICK * random.nextLong(1_000, 100_000);
        nextOrderId = random.nextLong(1_000_000, 20_000_000);
    }

    /**
     * The next messages.
     *
     * @param count how many, 0 or more
     */
    public List<Message> take(int count) {
        List<Message> messages = new ArrayList<>(count);
        for (int index = 0; index < count; index++) {
            messages.add(next());
        }
        return messages;
    }

    /** The next message. */
    public Message next() {
        timeNanos = Math.min(timeNanos + random.nextLong(1_000, 40_000_000), LAST_NANOS);
        Message message = choose();
        book.apply(message);
        return message;
    }

    private Message choose() {
        if (book.isHalted()) {
            return new Message(timeNanos, MessageType.TRADING_HALT, 0, 0, 1, -1);
        }
        double draw = random.nextDouble();
        // More orders come than go until the book is as full as such a book is.
        double submissionShare = restingIds.size() < TYPICAL_RESTING_ORDERS ? 0.60 : 0.44;
        if (restingIds.isEmpty() || draw < submissionShare) {
            return submission();
        }
        double rest = (draw - submissionShare) / (1 - submissionShare);
        if (rest < 0.62) {
            return deletion();
        }
        if (rest < 0.74) {
            return partialCancellation();
        }
        return rest < 0.97 ? execution() : withoutOrder(rest);
    }

    private Message submission() {
        long distance = TICK * (1 + (long) Math.min(MAX_DISTANCE_TICKS, Math.abs(random.nextGaussian()) * 8));
        long bestAsk = book.first(Side.SELL).map(RestingOrder::price).orElse(openingPrice);
        long bestBid = book.first(Side.BUY).map(RestingOrder::price).orElse(openingPrice);
        // Below a price near zero there is no room for an order to buy.
        boolean buy = random.nextBoolean() && bestAsk > TICK * (MAX_DISTANCE_TICKS + 1);
        Side side = buy ? Side.BUY : Side.SELL;
        long price = buy ? bestAsk - distance : bestBid + distance;
        long orderId = nextOrderId;
        nextOrderId += random.nextLong(1, 40);
        restingIds.add(orderId);
        return new Message(
                timeNanos, MessageType.SUBMISSION, orderId, 1 + random.nextInt(400), price, side.direction());
    }

    private Message deletion() {
        RestingOrder order = drawResting();
        restingIds.remove(order.orderId());
        return about(order, MessageType.DELETION, order.size());
    }

    private Message partialCancellation() {
        RestingOrder order = drawResting();
        return order.size() == 1
                ? hiddenExecution()
                : about(order, MessageType.PARTIAL_CANCELLATION, 1 + random.nextInt(order.size() - 1));
    }

    private Message execution() {
        Side side = random.nextBoolean() ? Side.BUY : Side.SELL;
        RestingOrder order = book.first(side).orElse(null);
        if (order == null) {
            return hiddenExecution();
        }
        int size = random.nextInt(4) == 0 ? 1 + random.nextInt(order.size()) : order.size();
        if (size == order.size()) {
            restingIds.remove(order.orderId());
        }
        return about(order, MessageType.VISIBLE_EXECUTION, size);
    }

    private Message withoutOrder(double draw) {
        if (draw < 0.9995) {
            return hiddenExecution();
        }
        return new Message(timeNanos, MessageType.TRADING_HALT, 0, 0, -1, -1);
    }

    private Message hiddenExecution() {
        long price = book.first(Side.BUY).map(RestingOrder::price).orElse(openingPrice);
        int direction = random.nextBoolean() ? 1 : -1;
        return new Message(timeNanos, MessageType.HIDDEN_EXECUTION, 0, 1 + random.nextInt(200), price, direction);
    }

    private RestingOrder drawResting() {
        long orderId = restingIds.get(random.nextInt(restingIds.size()));
        return book.order(orderId).orElseThrow();
    }

    private Message about(RestingOrder order, MessageType type, int size) {
        return new Message(
                timeNanos,
                type,
                order.orderId(),
                size,
                order.price(),
                order.side().direction());
    }
}
