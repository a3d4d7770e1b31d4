package org.pmuconnector.pmu.memory;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.pmuconnector.model.PersistenceLevel;

/**
 * A memory that remembers every write and every persist, so that afterwards it can be told for each moment what another
 * process would have found, had this one ended or the power failed there.
 *
 * <p>The fault model: an aligned unit of 8 bytes is written whole or not at all. A process may end in the middle of a
 * write, which leaves its first units. Power may fail at any moment: that leaves what was persisted, by lines of 64 bytes,
 * and of the lines that were written since any subset of the units.
 */
public final class TracingMemory implements PersistentMemory {

    /** Bytes of a line, which is what is persisted at once. */
    public static final int LINE_BYTES = 64;

    /** A write, or a persist where there are no bytes. */
    @SuppressWarnings("ArrayRecordComponent") // replayed, never compared
    private record Operation(long offset, int lengthBytes, byte[] bytes) {

        boolean isWrite() {
            return bytes != null;
        }
    }

    private final byte[] current;
    private final BitSet dirty = new BitSet();
    private final List<Operation> operations = new ArrayList<>();
    private final List<String> needless = new ArrayList<>();
    private boolean judging;

    public TracingMemory(int sizeBytes) {
        current = new byte[sizeBytes];
    }

    /** How many operations there were. */
    public synchronized int position() {
        return operations.size();
    }

    /** Whether persists of lines that nobody has written since the last one are held against the writer from now on. */
    public synchronized void judge(boolean judge) {
        judging = judge;
    }

    /** The persists that did something twice, for a person. */
    public synchronized List<String> needless() {
        return List.copyOf(needless);
    }

    /** The offset of the first line from an offset on that was written and not persisted, -1 if there is none. */
    public synchronized long firstDirty(long fromOffset) {
        int line = dirty.nextSetBit((int) (fromOffset / LINE_BYTES));
        return line < 0 ? -1 : (long) line * LINE_BYTES;
    }

    @Override
    public synchronized void write(long offset, ByteBuffer source, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        source.get(bytes);
        System.arraycopy(bytes, 0, current, (int) offset, lengthBytes);
        operations.add(new Operation(offset, lengthBytes, bytes));
        if (lengthBytes > 0) {
            dirty.set(first(offset), end(offset, lengthBytes));
        }
    }

    @Override
    public synchronized void read(long offset, ByteBuffer sink, int lengthBytes) {
        sink.put(current, (int) offset, lengthBytes);
    }

    @Override
    public synchronized void persist(long offset, long lengthBytes) {
        int end = end(offset, (int) lengthBytes);
        int clean = dirty.nextClearBit(first(offset));
        if (judging && clean < end) {
            needless.add("operation " + operations.size() + ", persist of " + lengthBytes + " bytes at " + offset
                    + ": the line at " + (long) clean * LINE_BYTES + " is persistent already");
        }
        operations.add(new Operation(offset, (int) lengthBytes, null));
        dirty.clear(first(offset), end);
    }

    private static int first(long offset) {
        return (int) (offset / LINE_BYTES);
    }

    private static int end(long offset, int lengthBytes) {
        return (int) ((offset + lengthBytes + LINE_BYTES - 1) / LINE_BYTES);
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
        return "traced memory";
    }

    @Override
    public void close() {
        // Nothing to give up.
    }

    /** Begins to go through the moments again. */
    public Replay replay() {
        return new Replay();
    }

    /** The memory at one moment of its past. One thread at a time. */
    public final class Replay {

        private final byte[] then = new byte[current.length];
        private final byte[] persisted = new byte[current.length];
        private final BitSet unflushed = new BitSet();
        private int position;

        /** Goes on to the moment before that operation. */
        public void advance(int to) {
            for (; position < to; position++) {
                Operation operation = operations.get(position);
                int offset = (int) operation.offset;
                if (operation.isWrite()) {
                    System.arraycopy(operation.bytes, 0, then, offset, operation.lengthBytes);
                    unflushed.set(first(offset), end(offset, operation.lengthBytes));
                } else {
                    int from = first(offset) * LINE_BYTES;
                    int end = Math.min(then.length, end(offset, operation.lengthBytes) * LINE_BYTES);
                    System.arraycopy(then, from, persisted, from, end - from);
                    unflushed.clear(first(offset), end(offset, operation.lengthBytes));
                }
            }
        }

        /** What is found if the process ended here. */
        public byte[] afterKill() {
            return then.clone();
        }

        /** What is found if it ended in the middle of the next operation, where that is a write. */
        public byte[] afterKillInside(Random random) {
            byte[] found = then.clone();
            if (position < operations.size() && operations.get(position).isWrite()) {
                Operation next = operations.get(position);
                int boundary = (int) (next.offset + random.nextInt(next.lengthBytes + 1)) & -Long.BYTES;
                int part = Math.max(0, boundary - (int) next.offset);
                System.arraycopy(next.bytes, 0, found, (int) next.offset, part);
            }
            return found;
        }

        /** What is found if the power failed here and nothing reached the medium that did not have to. */
        public byte[] afterPowerLossAtWorst() {
            return persisted.clone();
        }

        /** What is found if the power failed here and any of the units not persisted had reached the medium. */
        public byte[] afterPowerLoss(Random random) {
            byte[] found = persisted.clone();
            unflushed.stream().forEach(line -> {
                int end = Math.min(found.length, (line + 1) * LINE_BYTES);
                for (int at = line * LINE_BYTES; at < end; at += Long.BYTES) {
                    if (random.nextBoolean()) {
                        System.arraycopy(then, at, found, at, Long.BYTES);
                    }
                }
            });
            return found;
        }

        /** Whether a range is persisted as it is. */
        public boolean isPersisted(int offset, int length) {
            return Arrays.equals(then, offset, offset + length, persisted, offset, offset + length);
        }
    }
}
