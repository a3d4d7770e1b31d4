package org.pmuconnector.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.LogFollower;
import org.pmuconnector.log.LogGeometry;
import org.pmuconnector.log.LogSource;
import org.pmuconnector.log.PreparedGroup;
import org.pmuconnector.log.RegionMemory;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.UnitInspector;
import org.pmuconnector.pmu.manager.RegionStatus;
import org.pmuconnector.pmu.manager.StoredRegion;
import org.pmuconnector.pmu.memory.CrashMemory;
import org.pmuconnector.pmu.memory.PersistentMemory;

/** What a unit that is not running says, read by the production code. */
final class UnitImage {

    /** A region's log: the sets that a recovery returns, as words, and the branches in doubt. */
    record Contents(List<String> sets, List<BranchId> inDoubt) {}

    private final CrashMemory memory;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, StoredRegion> regions = new TreeMap<>();
    private boolean formatted;

    /**
     * Reads superblock and catalog.
     *
     * @throws PmuException unless the unit can be read, or is not formatted yet
     */
    UnitImage(byte[] bytes) throws PmuException {
        memory = new CrashMemory(bytes);
        try {
            UnitInspector inspector = new UnitInspector(memory, "image");
            formatted = true;
            StoredRegion.readAll(inspector, problems)
                    .forEach(r -> regions.put(r.status().name(), r));
        } catch (PmuException e) {
            if (e.code() != ErrorCode.UNIT_NOT_FORMATTED) {
                throw e;
            }
        }
    }

    CrashMemory memory() {
        return memory;
    }

    boolean isFormatted() {
        return formatted;
    }

    List<String> problems() {
        return problems;
    }

    Map<String, RegionStatus> catalog() {
        Map<String, RegionStatus> catalog = new TreeMap<>();
        regions.forEach((name, region) -> catalog.put(name, region.status()));
        return catalog;
    }

    /**
     * Reads a region's log from its first group to its end.
     *
     * @throws PmuException if it is damaged
     */
    Contents contents(String region) throws PmuException {
        StoredRegion stored = regions.get(region);
        if (stored == null) {
            return new Contents(List.of(), List.of());
        }
        RegionStatus status = stored.status();
        LogSource.Bounds bounds = new LogSource.Bounds(status.epochStarts(), status.trimPosition());
        LogFollower follower = new LogFollower(
                new Mapped(memory, stored),
                new LogGeometry(status.sizeBytes(), status.extentBytes()),
                () -> bounds,
                false);
        List<String> sets = follower.recover().stream().map(UnitImage::word).toList();
        return new Contents(
                sets,
                follower.state().prepared().stream().map(PreparedGroup::branch).toList());
    }

    static String word(CommittedSet set) {
        // Payloads are long, so that they cover many lines; their first word tells them apart.
        String text = new String(set.payload(), UTF_8);
        String name = text.substring(0, text.indexOf(' '));
        if (!text.equals(CrashWorkload.text(name, set.payload().length))) {
            throw new AssertionError("a torn set was returned: " + name);
        }
        return set.base() ? "base:" + name : name;
    }

    private record Mapped(PersistentMemory memory, StoredRegion region) implements RegionMemory {

        @Override
        public void read(long offset, ByteBuffer sink) {
            region.read(memory, offset, sink);
        }

        @Override
        public void write(long offset, ByteBuffer source) {
            throw new AssertionError("a reader writes");
        }

        @Override
        public void flush(long offset, long lengthBytes) {
            throw new AssertionError("a reader that need not flush does");
        }
    }
}
