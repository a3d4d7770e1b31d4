package org.pmuconnector.pmu.bridge;

/**
 * The limits of the bridge protocol. Reaching one ends the stream that reached it and no other.
 *
 * @param proofTimeoutMillis how long whoever has connected may take to prove to be the manager
 * @param unprovedStreams that may be open at once; further ones are closed at once
 * @param silenceMillis after which a manager or a unit counts as gone: each hears of the other every second
 * @param answerTimeoutMillis how long one request may wait for the other side: for a unit's disk, for a busy manager
 */
public record BridgeOptions(int proofTimeoutMillis, int unprovedStreams, int silenceMillis, int answerTimeoutMillis) {

    /** {@link #proofTimeoutMillis} of a unit that is told nothing else. */
    public static final int DEFAULT_PROOF_TIMEOUT_MILLIS = 5_000;

    /** {@link #unprovedStreams} of a unit that is told nothing else. */
    public static final int DEFAULT_UNPROVED_STREAMS = 8;

    /** {@link #silenceMillis} of a unit or manager that is told nothing else. */
    public static final int DEFAULT_SILENCE_MILLIS = 10_000;

    /** {@link #answerTimeoutMillis} of a unit or manager that is told nothing else. */
    public static final int DEFAULT_ANSWER_TIMEOUT_MILLIS = 30_000;

    /** The limits of a unit that is told nothing else. */
    public static final BridgeOptions DEFAULT = new BridgeOptions(
            DEFAULT_PROOF_TIMEOUT_MILLIS,
            DEFAULT_UNPROVED_STREAMS,
            DEFAULT_SILENCE_MILLIS,
            DEFAULT_ANSWER_TIMEOUT_MILLIS);

    /** The longest message: a batch that maps every region of the largest unit fits many times. */
    public static final int MAX_MESSAGE_BYTES = 4 << 20;

    /** The longest message before the proof. */
    public static final int MAX_UNPROVED_MESSAGE_BYTES = 1024;

    /** How often a manager gives a sign of life. */
    public static final int PING_MILLIS = 1_000;

    /** Limits that are more than nothing. */
    public BridgeOptions {
        if (proofTimeoutMillis < 1 || unprovedStreams < 1 || silenceMillis < 1 || answerTimeoutMillis < 1) {
            throw new IllegalArgumentException("limits of the bridge must be positive");
        }
    }
}
