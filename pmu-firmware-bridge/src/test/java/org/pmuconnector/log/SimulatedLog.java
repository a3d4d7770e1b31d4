package org.pmuconnector.log;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.PmuException;

/** A region's log as the manager and a primary see it: memory, epochs, trim position, and a writer for each epoch. */
final class SimulatedLog implements LogSource {

    static final long NOW_MILLIS = 1_700_000_000_000L;
    static final InstantSource TIME = InstantSource.fixed(Instant.ofEpochMilli(NOW_MILLIS));
    static final String INSTANCE = "alpha";

    final LogGeometry geometry;
    final SimulatedRegion region;
    final long maxBaseBytes;
    private final boolean persistent;
    private final List<EpochStart> epochs = new ArrayList<>();
    private long trimPosition;
    private long grantedEpoch;

    SimulatedLog(LogGeometry geometry, long maxBaseBytes) {
        this(geometry, maxBaseBytes, true);
    }

    SimulatedLog(LogGeometry geometry, long maxBaseBytes, boolean persistent) {
        this.geometry = geometry;
        this.maxBaseBytes = maxBaseBytes;
        this.persistent = persistent;
        this.region = persistent
                ? SimulatedRegion.persistent(geometry.capacityBytes())
                : SimulatedRegion.visible(geometry.capacityBytes());
    }

    /** One extent, and room for bases of an eighth. */
    static SimulatedLog ofSize(long capacityBytes) {
        return new SimulatedLog(new LogGeometry(capacityBytes, capacityBytes), capacityBytes / 8);
    }

    static long saltOf(long epoch) {
        return epoch * 0x9E3779B97F4A7C15L;
    }

    @Override
    public Bounds bounds() {
        return new Bounds(List.copyOf(epochs), trimPosition);
    }

    /** As the manager does it. */
    void trim(long position) {
        if (position < trimPosition) {
            throw new AssertionError("trim back from " + trimPosition + " to " + position);
        }
        trimPosition = position;
        while (epochs.size() > 1 && epochs.get(1).startPosition() <= position) {
            epochs.remove(0);
        }
    }

    /** Grants an epoch that may never begin. */
    long claim() {
        return ++grantedEpoch;
    }

    EpochStart begin(long epoch, long startPosition) {
        boolean sound = epoch == grantedEpoch
                && startPosition >= trimPosition
                && (epochs.isEmpty()
                        || startPosition >= epochs.get(epochs.size() - 1).startPosition());
        if (!sound) {
            throw new AssertionError("epoch " + epoch + " at " + startPosition + " after " + epochs);
        }
        EpochStart start = new EpochStart(epoch, startPosition, saltOf(epoch));
        epochs.add(start);
        return start;
    }

    LogFollower follower(RegionMemory memory) {
        return new LogFollower(memory, geometry, this, persistent);
    }

    LogFollower follower() {
        return follower(region.connect());
    }

    /** A writer of the next epoch that has read the log to its end and has not written yet. */
    LogWriter claimAndRead() throws PmuException {
        long epoch = claim();
        LogFollower follower = follower();
        follower.recover();
        return writerAfter(epoch, follower);
    }

    LogWriter writerAfter(long epoch, LogFollower follower) {
        LogState state = follower.state();
        return new LogWriter(geometry, state, begin(epoch, state.endPosition()), trimPosition, maxBaseBytes, TIME);
    }

    /** A writer of the next epoch whose seal is written. */
    LogWriter takeOver() throws PmuException {
        LogWriter writer = claimAndRead();
        writer.addSeal(INSTANCE);
        commit(writer);
        return writer;
    }

    /** Writes the batch and acknowledges it. */
    void commit(LogWriter writer) throws PmuException {
        writer.write(region.connect());
        writer.acknowledge();
    }

    /** Copies forward what has to be, and trims. */
    boolean trim(LogWriter writer, boolean byBase, long clearedSequence) throws PmuException {
        long target = writer.trimTarget(byBase, clearedSequence);
        if (target <= writer.trimPosition()) {
            return false;
        }
        for (PreparedGroup group : writer.preparedBelow(target)) {
            writer.addCopy(group);
            commit(writer);
        }
        trim(target);
        writer.trimmed(target);
        return true;
    }

    static PendingSet update(String text) {
        return PendingSet.update(text.getBytes(StandardCharsets.UTF_8), 1);
    }

    static PendingSet update(int lengthBytes) {
        return PendingSet.update(new byte[lengthBytes], 1);
    }

    static BranchId branch(int number) {
        return new BranchId(7, new byte[] {1, (byte) number, (byte) (number >> 8)}, new byte[] {2}, INSTANCE);
    }

    static String text(CommittedSet set) {
        return new String(set.payload(), StandardCharsets.UTF_8);
    }

    static List<String> texts(List<CommittedSet> sets) {
        return sets.stream().map(SimulatedLog::text).toList();
    }
}
