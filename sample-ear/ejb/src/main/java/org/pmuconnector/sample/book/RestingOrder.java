package org.pmuconnector.sample.book;

/**
 * A limit order in the book.
 *
 * @param orderId its reference, 1 or more
 * @param side the side it rests on
 * @param price its limit in dollars times 10,000
 * @param size the shares left, 1 or more
 * @param timeNanos when it was submitted, in nanoseconds after midnight
 */
public record RestingOrder(long orderId, Side side, long price, int size, long timeNanos) {

    RestingOrder withSize(int newSize) {
        return new RestingOrder(orderId, side, price, newSize, timeNanos);
    }
}
