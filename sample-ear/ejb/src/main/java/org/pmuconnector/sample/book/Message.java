package org.pmuconnector.sample.book;

import java.util.Objects;

/**
 * One event of a limit order book, as a line of a LOBSTER message file has it. A message is checked when it is made:
 * one that exists can be applied to any book.
 *
 * @param timeNanos when it happened, in nanoseconds after midnight, within two days
 * @param type what happened
 * @param orderId the order's reference; 1 or more for orders of the visible book, else any number
 * @param size number of shares; 1 or more for orders of the visible book, else 0 or more
 * @param price price in dollars times 10,000; 1 or more for orders of the visible book, -1, 0 or 1 for
 *     {@link MessageType#TRADING_HALT}, else 0 or more
 * @param direction 1 for a buy order, -1 for a sell order; for messages that concern no visible order also 0
 */
public record Message(long timeNanos, MessageType type, long orderId, int size, long price, int direction) {

    /** The highest price: 100 million dollars. */
    public static final long MAX_PRICE = 1_000_000_000_000L;

    /** Times may run into the night after the trading day, no further. */
    public static final long MAX_TIME_NANOS = 172_800_000_000_000L;

    /** @throws IllegalArgumentException naming the field that is out of its range, and the range */
    public Message {
        Objects.requireNonNull(type);
        require(timeNanos >= 0 && timeNanos < MAX_TIME_NANOS, "time", "must be from 0 to below 172800 seconds");
        require(direction >= -1 && direction <= 1, "direction", "must be 1 (buy) or -1 (sell)");
        if (type.concernsVisibleOrder()) {
            require(orderId >= 1, "order id", "must be 1 or more");
            require(size >= 1, "size", "must be 1 or more");
            require(price >= 1 && price <= MAX_PRICE, "price", "must be from 1 to " + MAX_PRICE);
            require(direction != 0, "direction", "must be 1 (buy) or -1 (sell)");
        } else if (type == MessageType.TRADING_HALT) {
            require(price >= -1 && price <= 1, "price", "of a trading halt must be -1, 0 or 1");
            require(size >= 0, "size", "must be 0 or more");
        } else {
            require(price >= 0 && price <= MAX_PRICE, "price", "must be from 0 to " + MAX_PRICE);
            require(size >= 0, "size", "must be 0 or more");
        }
    }

    /** The side of the order; for messages without direction the buy side. */
    public Side side() {
        return direction < 0 ? Side.SELL : Side.BUY;
    }

    private static void require(boolean holds, String field, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(field + " " + rule);
        }
    }
}
