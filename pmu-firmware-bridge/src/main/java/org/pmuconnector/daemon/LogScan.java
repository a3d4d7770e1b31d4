package org.pmuconnector.daemon;

import java.util.function.Consumer;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.LogGeometry;
import org.pmuconnector.log.LogGroup;
import org.pmuconnector.log.LogReader;
import org.pmuconnector.log.LogRecord;
import org.pmuconnector.log.LogSource;
import org.pmuconnector.log.LogState;
import org.pmuconnector.log.RegionMemory;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** Goes through a region's log from its first group to its end, checking every group against those before. */
final class LogScan {

    private final RegionMemory memory;
    private final LogGeometry geometry;
    private final LogSource source;

    LogScan(RegionMemory memory, LogGeometry geometry, LogSource source) {
        this.memory = memory;
        this.geometry = geometry;
        this.source = source;
    }

    /**
     * What was found.
     *
     * @param trimPosition where the log began
     * @param state what it means at its end
     * @param records how many
     */
    record Result(long trimPosition, LogState state, long records) {}

    /**
     * Scans it all.
     *
     * @param each takes every record
     * @throws PmuException {@code LOG_DAMAGED}, {@code DATA_LOSS}; {@code SETS_TRIMMED} if the log was freed faster than
     *     it could be read
     */
    Result run(Consumer<LogRecord> each) throws PmuException {
        LogSource.Bounds bounds = source.bounds();
        LogReader reader = new LogReader(memory, geometry, bounds.epochStarts(), bounds.trimPosition());
        LogState state = new LogState(bounds.trimPosition());
        long records = 0;
        LogGroup group = next(reader, state);
        while (group != null) {
            state.apply(group, LogScan::pass);
            group.records().forEach(each);
            records += group.records().size();
            group = next(reader, state);
        }
        return new Result(bounds.trimPosition(), state, records);
    }

    private LogGroup next(LogReader reader, LogState state) throws PmuException {
        LogGroup group = reader.next();
        if (group != null) {
            return group;
        }
        LogSource.Bounds bounds = requireNotTrimmed(reader);
        if (reader.refreshEpochs(bounds.epochStarts())) {
            group = reader.next();
        }
        if (group == null && reader.isDamagedHere()) {
            requireNotTrimmed(reader);
            throw new PmuException(
                    ErrorCode.DATA_LOSS,
                    "the log is damaged at position " + reader.position() + ", behind sequence "
                            + state.committedSequence() + ": what was acknowledged there cannot be read any more");
        }
        return group;
    }

    private LogSource.Bounds requireNotTrimmed(LogReader reader) throws PmuException {
        LogSource.Bounds bounds = source.bounds();
        if (bounds.trimPosition() > reader.position()) {
            throw new PmuException(
                    ErrorCode.SETS_TRIMMED,
                    "the log was freed up to position " + bounds.trimPosition() + " while it was read; try again");
        }
        return bounds;
    }

    private static void pass(CommittedSet set) {
        // Only what the log looks like is asked for, not what it holds.
    }
}
