package org.pmuconnector.sample.book;

import java.util.Optional;

/** What a message reports, with the code that stands for it in a LOBSTER message file. */
public enum MessageType {
    /** A new limit order enters the book. */
    SUBMISSION(1),
    /** Part of a resting order is withdrawn; the rest keeps its place. */
    PARTIAL_CANCELLATION(2),
    /** A resting order is withdrawn whole. */
    DELETION(3),
    /** A resting order, visible in the book, is executed in part or whole. */
    VISIBLE_EXECUTION(4),
    /** An order that the book does not show is executed: the visible book stays as it is. */
    HIDDEN_EXECUTION(5),
    /** An auction's trades in one message; the executions themselves were reported before. */
    CROSS_TRADE(6),
    /** Trading stops (price -1), quoting resumes (price 0) or trading resumes (price 1). */
    TRADING_HALT(7);

    private static final MessageType[] BY_CODE = new MessageType[8];

    static {
        for (MessageType type : values()) {
            BY_CODE[type.code] = type;
        }
    }

    private final int code;

    MessageType(int code) {
        this.code = code;
    }

    /** The code in the file, from 1 to 7. */
    public int code() {
        return code;
    }

    /** The type of a code; empty if there is none. */
    public static Optional<MessageType> ofCode(long code) {
        return code < 1 || code >= BY_CODE.length ? Optional.empty() : Optional.of(BY_CODE[(int) code]);
    }

    /** Whether such a message speaks of one order that the visible book holds or is to hold. */
    public boolean concernsVisibleOrder() {
        return code <= VISIBLE_EXECUTION.code;
    }
}
