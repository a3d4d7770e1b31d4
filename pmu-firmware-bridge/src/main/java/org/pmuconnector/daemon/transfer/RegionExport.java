package org.pmuconnector.daemon.transfer;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.daemon.transfer.wire.ExportEnd;
import org.pmuconnector.daemon.transfer.wire.ExportEpoch;
import org.pmuconnector.daemon.transfer.wire.ExportHeader;
import org.pmuconnector.daemon.transfer.wire.ExportParkedSet;
import org.pmuconnector.daemon.transfer.wire.ExportSubscription;
import org.pmuconnector.log.LogGeometry;
import org.pmuconnector.log.RegionMemory;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Writes a region's log, as far as it was committed at one moment, with all that belongs to it. The region may be in use
 * meanwhile: what is freed while it is read is left out at the end.
 */
public final class RegionExport {

    private final RegionMemory memory;
    private final RegionState state;

    /**
     * An export.
     *
     * @param memory the region's, opened for reading
     * @param state as it was before the log was looked at
     */
    public RegionExport(RegionMemory memory, RegionState state) {
        this.memory = memory;
        this.state = state;
    }

    /**
     * Where the log ended when it was looked at.
     *
     * @param endPosition behind the last whole group
     * @param committedSequence there
     * @param inDoubtBranches there
     */
    public record LogEnd(long endPosition, long committedSequence, int inDoubtBranches) {}

    /** Tells what the region is now. */
    @FunctionalInterface
    public interface Now {
        RegionState state() throws PmuException;
    }

    /**
     * Writes it.
     *
     * @throws PmuException {@code SETS_TRIMMED} if all that was to be exported was freed meanwhile, and as reading does
     */
    public void write(OutputStream out, ByteString unitId, LogEnd log, Now now, long millis)
            throws IOException, PmuException {
        ExportWriter writer = new ExportWriter(
                out,
                ExportHeader.newBuilder()
                        .setUnitId(unitId)
                        .setRegion(state.getRegion())
                        .setSizeBytes(state.getSizeBytes())
                        .setExtentBytes(state.getExtentBytes())
                        .setMaxBaseBytes(state.getMaxBaseBytes())
                        .setLevel(state.getLevelValue())
                        .setRetention(state.getRetentionValue())
                        .setExportedMillis(millis));
        LogGeometry geometry = new LogGeometry(state.getSizeBytes(), state.getExtentBytes());
        ByteBuffer part = ByteBuffer.allocateDirect(ExportFile.MAX_PART_BYTES);
        for (long at = state.getTrimPosition(); at < log.endPosition; at += part.limit()) {
            long contiguous = Math.min(geometry.contiguousBytes(at), log.endPosition - at);
            part.clear().limit((int) Math.min(part.capacity(), contiguous));
            memory.read(geometry.offset(at), part);
            writer.part(at, part.flip());
        }
        writer.end(end(now.state(), log));
    }

    private static ExportEnd.Builder end(RegionState after, LogEnd log) throws PmuException {
        if (after.getTrimPosition() > log.endPosition) {
            throw new PmuException(
                    ErrorCode.SETS_TRIMMED,
                    "region " + after.getRegion() + " was freed faster than it could be exported; try again");
        }
        ExportEnd.Builder end = ExportEnd.newBuilder()
                .setEpoch(after.getEpoch())
                .setTrimPosition(after.getTrimPosition())
                .setEndPosition(log.endPosition)
                .setCommittedSequence(log.committedSequence)
                .setInDoubtBranches(log.inDoubtBranches);
        after.getEpochStartsList().stream()
                .filter(start -> start.getStartPosition() < log.endPosition)
                .forEach(start -> end.addEpochStarts(ExportEpoch.newBuilder()
                        .setEpoch(start.getEpoch())
                        .setStartPosition(start.getStartPosition())
                        .setSalt(start.getSalt())));
        // What was taken behind the end of what is exported will come again there.
        after.getSubscriptionsList()
                .forEach(subscription -> end.addSubscriptions(ExportSubscription.newBuilder()
                        .setName(subscription.getName())
                        .setCursorSequence(Math.min(subscription.getCursorSequence(), log.committedSequence))
                        .addAllParked(subscription.getParkedList().stream()
                                .map(set -> ExportParkedSet.newBuilder()
                                        .setSequence(set.getSequence())
                                        .setReason(set.getReason())
                                        .build())
                                .toList())));
        return end;
    }
}
