package org.pmuconnector.instance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;

/** A unit in this process, and instances that use its region "orders"; all of them end with the test. */
abstract class InstanceFixture {

    static final long REGION_BYTES = 1 << 20;

    @TempDir
    Path directory;

    UnitAddress address;
    private final List<AutoCloseable> open = new ArrayList<>();

    @BeforeEach
    void format() throws PmuException {
        Path unit = directory.resolve("unit");
        Unit.format(unit, 16 << 20);
        address = new UnitAddress(UnitAddress.Transport.EMBEDDED, null, 0, unit.toString());
    }

    /** Ends all that is kept, the newest first; the unit with the last instance. */
    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        open.clear();
    }

    <T extends AutoCloseable> T keep(T closeable) {
        open.add(closeable);
        return closeable;
    }

    RunningInstance instance(String name) throws PmuException {
        return keep(new RunningInstance(name, new EmbeddedFabric(address)));
    }

    RegionConnection connect(RunningInstance instance) throws PmuException {
        return keep(instance.connect("orders", REGION_BYTES));
    }

    static PendingSet update(String text) {
        return PendingSet.update(text.getBytes(UTF_8), 0);
    }

    static List<String> texts(List<CommittedSet> sets) {
        return sets.stream().map(set -> new String(set.payload(), UTF_8)).toList();
    }

    static BranchId branch(int number, String instanceName) {
        return new BranchId(7, new byte[] {(byte) number}, new byte[] {1}, instanceName);
    }
}
