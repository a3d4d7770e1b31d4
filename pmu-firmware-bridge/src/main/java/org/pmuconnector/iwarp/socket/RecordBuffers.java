package org.pmuconnector.iwarp.socket;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * Buffers for TLS records, which a stream needs only while something is under way: idle streams hold none. Up to
 * {@value #MAX_KEPT} that nobody uses are kept. Safe for use by many threads.
 */
final class RecordBuffers {

    /** Longer than the longest record that an engine may give or take, and long enough for two of TLS 1.3. */
    static final int LENGTH_BYTES = 34 * 1024;

    private static final int MAX_KEPT = 64;

    private static final ArrayBlockingQueue<ByteBuffer> KEPT = new ArrayBlockingQueue<>(MAX_KEPT);

    private RecordBuffers() {}

    /** An empty buffer. */
    static ByteBuffer take() {
        ByteBuffer kept = KEPT.poll();
        return kept == null ? ByteBuffer.allocateDirect(LENGTH_BYTES) : kept.clear();
    }

    /** Takes a buffer back, which its user must not touch again. */
    static void give(ByteBuffer buffer) {
        if (buffer.capacity() == LENGTH_BYTES) {
            // Where enough are kept, this one is let go.
            KEPT.offer(buffer);
        }
    }
}
