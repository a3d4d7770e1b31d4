package org.pmuconnector.polling;

/**
 * Whether polling is worth it, learnt from how it went. It is where the peer answers while this thread polls. It is not,
 * and makes things worse, where the peer has to wait for the very processor that this thread polls on: then the answer
 * comes as soon as this thread stops. Such misses make polling rarer, up to one wait in {@value #MAX_PAUSE}; a hit makes
 * it more frequent again. After a long silence there is nothing to learn from a miss, as the silence says nothing of the
 * next wait, except that much of it is a waste. For one thread.
 */
public final class PollHabit {

    private static final int MAX_PAUSE = 64;
    private static final int MAX_PAUSE_IN_SILENCE = 8;

    private final long pollNanos;
    /** Waits without polling after each miss. */
    private int pause;

    /** Of those, how many are left. */
    private int left;

    /** A habit of polling for that long. */
    public PollHabit(long pollNanos) {
        this.pollNanos = pollNanos;
    }

    /** Whether the wait that begins now should poll. */
    public boolean mayPoll() {
        if (pollNanos == 0) {
            return false;
        }
        if (left > 0) {
            left--;
            return false;
        }
        return true;
    }

    /** What was waited for came while polling. */
    public void hit() {
        pause >>= 1;
    }

    /** It came that long after polling had been given up. */
    public void missed(long afterNanos) {
        int longest = afterNanos <= 2 * pollNanos ? MAX_PAUSE : Math.max(pause, MAX_PAUSE_IN_SILENCE);
        pause = Math.min(Math.max(1, 2 * pause), longest);
        left = pause;
    }
}
