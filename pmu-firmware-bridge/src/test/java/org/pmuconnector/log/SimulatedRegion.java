package org.pmuconnector.log;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.random.RandomGenerator;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * A region in a remote memory, with the faults that such a memory has: connections that end after any byte, answers that
 * are lost, power that fails, bits that flip, reads during which somebody writes. What happens is decided by the test
 * alone.
 */
final class SimulatedRegion {

    private static final int LINE_BYTES = 64;
    private static final int UNIT_BYTES = 8;

    private final byte[] placed;
    private final byte[] persisted;
    private final BitSet dirtyLines = new BitSet();
    private final boolean flushPersists;
    private Runnable duringReads;
    private Runnable duringWrites;
    private long placedBytes;

    /** A region whose flushes make persistent. */
    static SimulatedRegion persistent(long sizeBytes) {
        return new SimulatedRegion(sizeBytes, true);
    }

    /** A region whose flushes make visible only. */
    static SimulatedRegion visible(long sizeBytes) {
        return new SimulatedRegion(sizeBytes, false);
    }

    private SimulatedRegion(long sizeBytes, boolean flushPersists) {
        this.placed = new byte[Math.toIntExact(sizeBytes)];
        this.persisted = new byte[placed.length];
        this.flushPersists = flushPersists;
    }

    /** All bytes ever placed. */
    long placedBytes() {
        return placedBytes;
    }

    /** What reads see. */
    byte[] content() {
        return placed.clone();
    }

    /** Puts a content there, persistently. */
    void restore(byte[] content) {
        System.arraycopy(content, 0, placed, 0, placed.length);
        System.arraycopy(content, 0, persisted, 0, placed.length);
        dirtyLines.clear();
    }

    /** Damages a byte, in memory and medium. */
    void flip(long offset, int mask) {
        placed[(int) offset] ^= (byte) mask;
        persisted[(int) offset] ^= (byte) mask;
    }

    /** Runs before each of the units that a read consists of. */
    void duringReads(Runnable action) {
        duringReads = action;
    }

    /** Runs before each of the units that a write consists of. */
    void duringWrites(Runnable action) {
        duringWrites = action;
    }

    /** The lines that are placed and not persistent. */
    int dirtyLines() {
        return dirtyLines.cardinality();
    }

    /** All that was not flushed is lost. */
    void losePower() {
        System.arraycopy(persisted, 0, placed, 0, placed.length);
        dirtyLines.clear();
    }

    /** Of what was not flushed, units of 8 bytes survive or do not, as it happens. */
    void losePower(RandomGenerator random) {
        for (int line = dirtyLines.nextSetBit(0); line >= 0; line = dirtyLines.nextSetBit(line + 1)) {
            for (int at = line * LINE_BYTES; at < (line + 1) * LINE_BYTES; at += UNIT_BYTES) {
                if (random.nextBoolean()) {
                    System.arraycopy(placed, at, persisted, at, UNIT_BYTES);
                }
            }
        }
        losePower();
    }

    Connection connect() {
        return new Connection();
    }

    /** One connection: its writes are placed in order until it ends. */
    final class Connection implements RegionMemory {

        private long bytesUntilCut = Long.MAX_VALUE;
        private int operationsUntilCut = Integer.MAX_VALUE;
        private boolean flushFails;
        private boolean flushAnswerLost;
        private boolean ended;

        /** The connection ends after so many more bytes have been placed. */
        Connection cutAfterBytes(long bytes) {
            bytesUntilCut = bytes;
            return this;
        }

        /** The connection ends when an operation is begun after so many more. */
        Connection cutAfterOperations(int operations) {
            operationsUntilCut = operations;
            return this;
        }

        /** The connection ends when the next flush arrives, before that has done anything. */
        Connection failFlush() {
            flushFails = true;
            return this;
        }

        /** The connection ends when the next flush has been done, before the answer. */
        Connection loseFlushAnswer() {
            flushAnswerLost = true;
            return this;
        }

        /** Its keys are dead: nothing more is placed. */
        void revoke() {
            ended = true;
        }

        @Override
        public void write(long offset, ByteBuffer source) throws PmuException {
            begin();
            int lengthBytes = source.remaining();
            requireInside(offset, lengthBytes);
            int takenBytes = (int) Math.min(lengthBytes, bytesUntilCut);
            place((int) offset, source, takenBytes);
            source.position(source.limit());
            placedBytes += takenBytes;
            bytesUntilCut -= takenBytes;
            // A posted write does not fail by itself.
            ended = takenBytes < lengthBytes || bytesUntilCut == 0;
        }

        private void place(int offset, ByteBuffer source, int lengthBytes) {
            int at = offset;
            int end = offset + lengthBytes;
            while (duringWrites != null && end - at > UNIT_BYTES) {
                source.get(placed, at, UNIT_BYTES);
                markDirty(at, UNIT_BYTES);
                at += UNIT_BYTES;
                duringWrites.run();
            }
            source.get(placed, at, end - at);
            markDirty(at, end - at);
        }

        private void markDirty(int offset, int lengthBytes) {
            if (lengthBytes > 0) {
                dirtyLines.set(offset / LINE_BYTES, (offset + lengthBytes - 1) / LINE_BYTES + 1);
            }
        }

        @Override
        public void flush(long offset, long lengthBytes) throws PmuException {
            begin();
            requireInside(offset, lengthBytes);
            if (flushFails) {
                throw end();
            }
            if (flushPersists && lengthBytes > 0) {
                int firstLine = (int) offset / LINE_BYTES;
                int endLine = (int) ((offset + lengthBytes - 1) / LINE_BYTES) + 1;
                int bytes = (endLine - firstLine) * LINE_BYTES;
                System.arraycopy(placed, firstLine * LINE_BYTES, persisted, firstLine * LINE_BYTES, bytes);
                dirtyLines.clear(firstLine, endLine);
            }
            if (flushAnswerLost) {
                throw end();
            }
        }

        @Override
        public void read(long offset, ByteBuffer sink) throws PmuException {
            begin();
            requireInside(offset, sink.remaining());
            int at = (int) offset;
            if (duringReads == null) {
                sink.put(placed, at, sink.remaining());
            }
            while (sink.hasRemaining()) {
                duringReads.run();
                int bytes = Math.min(UNIT_BYTES, sink.remaining());
                sink.put(placed, at, bytes);
                at += bytes;
            }
        }

        private void begin() throws PmuException {
            if (ended || operationsUntilCut == 0) {
                throw end();
            }
            operationsUntilCut--;
        }

        private PmuException end() {
            ended = true;
            return new PmuException(ErrorCode.CONNECTION_LOST, "the simulated connection has ended");
        }

        private void requireInside(long offset, long lengthBytes) {
            if (offset < 0 || lengthBytes < 0 || offset + lengthBytes > placed.length) {
                throw new AssertionError("access to " + offset + "+" + lengthBytes + " of " + placed.length + " bytes");
            }
        }
    }
}
