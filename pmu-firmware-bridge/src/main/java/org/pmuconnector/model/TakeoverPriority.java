package org.pmuconnector.model;

/** As what an instance may stand for a region: of those that do, the highest may claim it first. */
public final class TakeoverPriority {

    /** Whoever stands for it at all. */
    public static final int LOWEST = 1;

    /** What is neither more nor less than others. */
    public static final int DEFAULT = 100;

    /** The highest. */
    public static final int HIGHEST = 255;

    private TakeoverPriority() {}
}
