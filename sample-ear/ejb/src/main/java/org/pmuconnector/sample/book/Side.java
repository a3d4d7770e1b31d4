package org.pmuconnector.sample.book;

/** The side of the book that an order rests on, with its direction in a LOBSTER message file. */
public enum Side {
    /** Limit orders to buy; the best price is the highest. */
    BUY(1),
    /** Limit orders to sell; the best price is the lowest. */
    SELL(-1);

    private final int direction;

    Side(int direction) {
        this.direction = direction;
    }

    /** 1 or -1. */
    public int direction() {
        return direction;
    }
}
