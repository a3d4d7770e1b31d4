package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.pmuconnector.log.LogGeometry;
import org.pmuconnector.log.LogSource;
import org.pmuconnector.log.RegionMemory;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.firmware.UnitFile;
import org.pmuconnector.pmu.firmware.UnitInspector;
import org.pmuconnector.pmu.manager.RegionStatus;
import org.pmuconnector.pmu.manager.StoredRegion;
import org.pmuconnector.pmu.memory.PersistentMemory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a unit that nobody serves. */
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        versionProvider = PmuVersion.class,
        description = {
            "Checks a unit that nobody serves now: superblock, catalog, and every region's log.",
            "Changes nothing. Exit code 1 if something is wrong."
        })
final class CheckCommand implements Callable<Integer> {

    @Parameters(paramLabel = "PATH", description = "The unit's file.")
    private Path path;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws PmuException {
        PrintWriter out = spec.commandLine().getOut();
        try (UnitFile file = UnitFile.openForReading(path)) {
            List<String> problems = new ArrayList<>();
            UnitInspector unit = new UnitInspector(file.memory(), "unit " + path);
            Superblock superblock = unit.superblock();
            out.println("unit " + superblock.unitId() + ", " + ByteSize.shown(superblock.sizeBytes()) + ", started "
                    + superblock.bootNumber() + " times");
            for (StoredRegion region : StoredRegion.readAll(unit, problems)) {
                checkLog(file.memory(), region, problems, out);
            }
            unit.notes().forEach(note -> out.println("note: " + note));
            problems.forEach(problem -> out.println("problem: " + problem));
            out.println(problems.isEmpty() ? "clean" : problems.size() + " problems");
            out.flush();
            return problems.isEmpty() ? 0 : 1;
        }
    }

    private static void checkLog(PersistentMemory memory, StoredRegion region, List<String> problems, PrintWriter out) {
        RegionStatus status = region.status();
        LogSource.Bounds bounds = new LogSource.Bounds(status.epochStarts(), status.trimPosition());
        LogScan scan = new LogScan(
                new MappedRegion(memory, region),
                new LogGeometry(status.sizeBytes(), status.extentBytes()),
                () -> bounds);
        try {
            LogScan.Result result = scan.run(record -> {});
            out.println("region " + status.name() + ", epoch " + status.epoch() + ": "
                    + LogCommand.summary(result, status.sizeBytes()));
        } catch (PmuException e) {
            problems.add("region " + status.name() + ": " + e.getMessage());
        }
    }

    /** A region of a unit that is not running, read without any table. */
    private record MappedRegion(PersistentMemory memory, StoredRegion region) implements RegionMemory {

        @Override
        public void read(long offset, ByteBuffer sink) {
            region.read(memory, offset, sink);
        }

        @Override
        public void write(long offset, ByteBuffer source) {
            throw new UnsupportedOperationException("opened for reading");
        }

        @Override
        public void flush(long offset, long lengthBytes) {
            throw new UnsupportedOperationException("opened for reading");
        }
    }
}
