package org.pmuconnector.sample.book;

import java.util.List;

/**
 * The best prices of a book at one moment.
 *
 * @param bids buy side, highest price first
 * @param asks sell side, lowest price first
 */
public record Depth(List<Level> bids, List<Level> asks) {

    /** Copies the lists. */
    public Depth {
        bids = List.copyOf(bids);
        asks = List.copyOf(asks);
    }

    /**
     * One price.
     *
     * @param price in dollars times 10,000
     * @param totalSize shares on offer at it
     * @param orderCount orders that make them up
     */
    public record Level(long price, long totalSize, int orderCount) {}
}
