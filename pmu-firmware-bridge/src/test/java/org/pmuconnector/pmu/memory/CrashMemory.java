package org.pmuconnector.pmu.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.pmuconnector.model.PersistenceLevel;

/**
 * A memory that can be cut short: it counts writes and persists, stops at a chosen one, and tells what could be found
 * afterwards. The fault model: an aligned unit of 8 bytes is written whole or not at all. A process may end in the middle
 * of a write, which leaves its first units; power may fail at any moment, which leaves what was persisted, and of what was
 * not any subset of the units.
 */
public final class CrashMemory implements PersistentMemory {

    /** The moment that was chosen has come. */
    public static final class CrashException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final byte[] current;
    private final byte[] persisted;
    private long operations;
    private long crashAt = Long.MAX_VALUE;
    private long failAt = Long.MAX_VALUE;
    private int writtenBeforeCrash;

    public CrashMemory(byte[] contents) {
        this(contents, contents);
    }

    private CrashMemory(byte[] current, byte[] persisted) {
        this.current = current.clone();
        this.persisted = persisted.clone();
    }

    /** Stops at that operation from now on, after so many bytes of it if it is a write: whole units of 8. */
    public CrashMemory crashAt(long operation, int writtenBytes) {
        crashAt = operations + operation;
        writtenBeforeCrash = writtenBytes;
        return this;
    }

    /** Fails to persist at that operation from now on, or the next one that persists. */
    public CrashMemory failPersistFrom(long operation) {
        failAt = operations + operation;
        return this;
    }

    public void stopFailing() {
        failAt = Long.MAX_VALUE;
    }

    /** How many writes and persists there were. */
    public long operations() {
        return operations;
    }

    /** What another process finds after this one has ended. */
    public CrashMemory afterKill() {
        return new CrashMemory(current, persisted);
    }

    /** What is there after the power was gone. */
    public CrashMemory afterPowerLoss(Random random) {
        byte[] left = persisted.clone();
        for (int at = 0; at < left.length; at += Long.BYTES) {
            int next = at + Long.BYTES;
            if (!Arrays.equals(current, at, next, left, at, next) && random.nextBoolean()) {
                System.arraycopy(current, at, left, at, Long.BYTES);
            }
        }
        return new CrashMemory(left, left);
    }

    /** What is there after the power was gone, if nothing reached the medium that did not have to. */
    public CrashMemory afterPowerLossAtWorst() {
        return new CrashMemory(persisted, persisted);
    }

    /** Changes a byte behind everyone's back. */
    public void flip(int offset, int mask) {
        current[offset] ^= (byte) mask;
        persisted[offset] = current[offset];
    }

    /** Whether a range is persisted as it is. */
    public boolean isPersisted(int offset, int length) {
        return Arrays.equals(current, offset, offset + length, persisted, offset, offset + length);
    }

    public byte[] contents() {
        return current.clone();
    }

    @Override
    public void write(long offset, ByteBuffer source, int lengthBytes) {
        boolean crash = ++operations > crashAt;
        int written = crash ? Math.min(writtenBeforeCrash, lengthBytes) : lengthBytes;
        source.get(current, (int) offset, written);
        if (crash) {
            throw new CrashException();
        }
    }

    @Override
    public void read(long offset, ByteBuffer sink, int lengthBytes) {
        sink.put(current, (int) offset, lengthBytes);
    }

    @Override
    public void persist(long offset, long lengthBytes) throws IOException {
        if (++operations > crashAt) {
            throw new CrashException();
        }
        if (operations > failAt) {
            throw new IOException("the disk is gone");
        }
        System.arraycopy(current, (int) offset, persisted, (int) offset, (int) lengthBytes);
    }

    @Override
    public long sizeBytes() {
        return current.length;
    }

    @Override
    public PersistenceLevel highestLevel() {
        return PersistenceLevel.PERSISTENT;
    }

    @Override
    public String description() {
        return "crash memory";
    }

    @Override
    public void close() {
        // Nothing to give up.
    }
}
