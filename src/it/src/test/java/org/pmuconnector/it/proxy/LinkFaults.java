package org.pmuconnector.it.proxy;

import java.util.concurrent.TimeUnit;

/** What a proxy does to the bytes of one direction, until it is healed. Safe for use by many threads. */
public final class LinkFaults {

    /** What happens once, to the connection whose byte is next. */
    public enum StrikeKind {
        /** Both ends are reset before the bytes that have come are passed on. */
        RESET_BEFORE,
        /** The bytes are passed on; both ends are reset when the other one answers, before anybody reads that. */
        RESET_AFTER,
        /** The receiver is told that nothing more comes; nothing more does. */
        HALF_CLOSE,
        /** A bit changes. */
        FLIP_BIT
    }

    /**
     * What is to happen.
     *
     * @param afterBytes how many bytes are let through first
     * @param bit of the byte, 0 to 7
     */
    public record Strike(StrikeKind kind, long afterBytes, int bit) {}

    private static final int LARGE_PIECE = 1 << 16;
    private static final int PIECES_PER_SECOND = 50;

    private long delayNanos;
    private int bytesPerSecond;
    private boolean stalled;
    private boolean split;
    private Strike strike;
    private long bytesUntilStrike;
    private long healings;

    /** Each piece is passed on so much later. */
    public synchronized void delay(long millis) {
        delayNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** No more bytes in a second than that. */
    public synchronized void limit(int newBytesPerSecond) {
        bytesPerSecond = newBytesPerSecond;
    }

    /** Nothing is passed on, and nothing ends. */
    public synchronized void stall() {
        stalled = true;
    }

    /** Each byte is a segment of its own. */
    public synchronized void split() {
        split = true;
    }

    /** Something happens once. */
    public synchronized void strike(Strike once) {
        strike = once;
        bytesUntilStrike = once.afterBytes();
    }

    /** Whether that has happened, or none was to. */
    public synchronized boolean hasStruck() {
        return strike == null;
    }

    /** All is as it should be from now on. */
    synchronized void heal() {
        delayNanos = 0;
        bytesPerSecond = 0;
        stalled = false;
        split = false;
        strike = null;
        healings++;
        notifyAll();
    }

    /** The most bytes to take at a time. */
    synchronized int pieceBytes() {
        if (split) {
            return 1;
        }
        return bytesPerSecond > 0 ? Math.max(1, bytesPerSecond / PIECES_PER_SECOND) : LARGE_PIECE;
    }

    /** A strike that is due within the next so many bytes, which is over with that; null if none is. */
    synchronized Strike takeStrike(int bytes) {
        if (strike == null) {
            return null;
        }
        if (bytesUntilStrike >= bytes) {
            bytesUntilStrike -= bytes;
            return null;
        }
        Strike due = new Strike(strike.kind(), bytesUntilStrike, strike.bit());
        strike = null;
        return due;
    }

    /** Waits as long as the direction keeps a piece back, or until it is healed. */
    synchronized void keepBack(int bytes) throws InterruptedException {
        long before = healings;
        long nanos = delayNanos + (bytesPerSecond > 0 ? TimeUnit.SECONDS.toNanos(bytes) / bytesPerSecond : 0);
        long deadline = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && healings == before; left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        while (stalled) {
            wait();
        }
    }
}
