package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.log.LogGeometry;
import org.pmuconnector.log.LogRecord;
import org.pmuconnector.log.LogSource;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists the records of a region's log. */
@Command(
        name = "log",
        description = "Lists the records of a region's log, oldest first, or the transaction branches in doubt.")
final class LogCommand extends AddressedCommand {

    @Parameters(index = "1", paramLabel = "REGION", description = "The region.")
    private String region;

    @Option(
            names = "--in-doubt",
            description = "List the transaction branches that wait for their outcome, or whose outcome an administrator"
                    + " has decided. 'pmu settle' decides.")
    private boolean inDoubt;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        OpenRegionReply opened = unit.openToRead(region);
        RegionState state = opened.getState();
        if (inDoubt) {
            InDoubtBranches.read(unit, opened).print(out, json);
            return 0;
        }
        Table table = new Table("position", "kind", "epoch", "sequence", "time", "version", "payload bytes");
        LogScan scan = new LogScan(
                new OpenedMemory(unit, opened),
                new LogGeometry(state.getSizeBytes(), state.getExtentBytes()),
                () -> bounds(unit.region(region)));
        try {
            LogScan.Result result = scan.run(record -> add(table, record));
            table.print(out, json);
            if (!json) {
                out.println(summary(result, state.getSizeBytes()));
            }
            return 0;
        } catch (PmuException e) {
            // What could be read is worth seeing, the more so when something is wrong.
            table.print(out, json);
            throw e;
        }
    }

    private static void add(Table table, LogRecord record) {
        table.add(
                record.position(),
                record.kind(),
                record.epoch(),
                record.sequence(),
                Instant.ofEpochMilli(record.timestampMillis()),
                record.payloadVersion(),
                record.payload().length);
    }

    static String summary(LogScan.Result result, long sizeBytes) {
        long used = result.state().endPosition() - result.trimPosition();
        return result.records() + " records in " + used + " of " + sizeBytes + " bytes, committed sequence "
                + result.state().committedSequence() + ", "
                + result.state().prepared().size() + " in doubt";
    }

    static LogSource.Bounds bounds(RegionState state) {
        List<EpochStart> starts = state.getEpochStartsList().stream()
                .map(start -> new EpochStart(start.getEpoch(), start.getStartPosition(), start.getSalt()))
                .toList();
        return new LogSource.Bounds(starts, state.getTrimPosition());
    }
}
