package org.pmuconnector.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.pmuconnector.fabric.embedded.MemoryFabric;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.Retention;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.firmware.UnitLayout;
import org.pmuconnector.pmu.manager.ManagerKey;
import org.pmuconnector.pmu.manager.ManagerSettings;
import org.pmuconnector.pmu.memory.PersistentMemory;
import org.pmuconnector.pmu.memory.TracingMemory;

/**
 * All that a unit is used for, done once over a tracing memory, one step after the other. Each step is kept with the
 * moments at which it began and was acknowledged, and with what it makes of its region.
 */
final class CrashWorkload implements AutoCloseable {

    static final int UNIT_BYTES = 2 << 20;
    static final List<String> REGIONS = List.of("orders", "books");
    private static final long REGION_BYTES = 256 << 10;

    /** What a region holds from one step's acknowledgement to the next one's. */
    record Moment(String step, int began, int acknowledged, UnitImage.Contents contents) {}

    /** What can be done to a region. */
    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    final TracingMemory memory = new TracingMemory(UNIT_BYTES);
    final KeyPair key = ManagerKey.generate();
    final Map<String, List<Moment>> moments = new TreeMap<>();
    final List<Integer> acknowledgements = new ArrayList<>();
    int formatted;

    private final long seed;
    private Unit unit;
    private RunningInstance running;

    CrashWorkload(long seed) {
        this.seed = seed;
        REGIONS.forEach(region -> moments.put(
                region,
                new ArrayList<>(List.of(new Moment("nothing", -1, -1, new UnitImage.Contents(List.of(), List.of()))))));
    }

    static String text(String name, int length) {
        return (name + " ").repeat(length / (name.length() + 1) + 1).substring(0, length);
    }

    static byte[] payload(String name, int length) {
        return text(name, length).getBytes(UTF_8);
    }

    static RegionSettings settings(String region) {
        return new RegionSettings(region, true, REGION_BYTES, 0, PersistenceLevel.PERSISTENT, Retention.BASE);
    }

    static Unit start(PersistentMemory memory, KeyPair key, long seed) throws Exception {
        return Unit.start(
                memory,
                ManagerKey.of(key),
                new UnitOptions(ManagerSettings.EMBEDDED, MonotonicClock.system(), new Random(seed)));
    }

    /** Runs it all. */
    void run() throws Exception {
        memory.judge(true);
        Superblock.format(memory, new UUID(1, 2), key.getPublic());
        formatted = memory.position();
        startUnit("a");
        RegionConnection orders = connect("orders");
        append("orders", orders, "o1", 100);
        append("orders", orders, "o2", 5000);
        RegionConnection books = connect("books");
        branches("books", books, 0);
        for (int i = 0; i < 20; i++) {
            append("orders", orders, "round" + i, 9000);
            if (i % 5 == 4) {
                overwrite("orders", orders, "state" + i, 12_000);
            }
        }
        takeOver("orders");
        append("orders", claim("orders"), "after takeover", 700);
        restart();
        RegionConnection again = claim("orders");
        append("orders", again, "after restart", 6000);
        branches("books", claim("books"), 10);
        for (int i = 0; i < 12; i++) {
            overwrite("orders", again, "full" + i, 15_000);
        }
    }

    private void startUnit(String instance) throws Exception {
        // Whoever starts a unit cannot know what is persistent of what he finds.
        memory.judge(false);
        unit = start(memory, key, seed);
        running = new RunningInstance(instance, new MemoryFabric(unit));
        memory.judge(true);
    }

    private RegionConnection connect(String region) throws Exception {
        RegionConnection connection = running.instance.region(settings(region)).connect(null);
        acknowledgements.add(memory.position());
        return connection;
    }

    /** Becomes the primary of a region that is not empty. Whoever does reads it, and cannot know what is persistent. */
    private RegionConnection claim(String region) throws Exception {
        RegionConnection connection = connect(region);
        step(region, "claim", last(region).sets(), last(region).inDoubt(), () -> {
            memory.judge(false);
            connection.checkWrite(PendingSet.update(payload("x", 10), 1), 0);
            memory.judge(true);
        });
        return connection;
    }

    private void append(String region, RegionConnection connection, String name, int length) throws Exception {
        String word = name.replace(' ', '-');
        List<String> sets = new ArrayList<>(last(region).sets());
        sets.add(word);
        step(
                region,
                "append " + word,
                sets,
                last(region).inDoubt(),
                () -> connection.commit(List.of(PendingSet.update(payload(word, length), 1))));
    }

    private void overwrite(String region, RegionConnection connection, String name, int length) throws Exception {
        long expected = connection.committedSequence();
        step(
                region,
                "overwrite " + name,
                List.of("base:" + name),
                last(region).inDoubt(),
                () -> connection.commit(List.of(PendingSet.baseOfAll(payload(name, length), 1, expected))));
    }

    /** Prepares two branches, commits one and rolls the other back. */
    private void branches(String region, RegionConnection connection, int number) throws Exception {
        BranchId one = new BranchId(7, new byte[] {(byte) number}, new byte[] {1}, "a");
        BranchId two = new BranchId(7, new byte[] {(byte) number}, new byte[] {2}, "a");
        List<String> before = last(region).sets();
        List<String> after = new ArrayList<>(before);
        after.add("one" + number);
        step(
                region,
                "prepare one",
                before,
                List.of(one),
                () -> connection.prepare(one, List.of(PendingSet.update(payload("one" + number, 3000), 1))));
        step(
                region,
                "prepare two",
                before,
                List.of(one, two),
                () -> connection.prepare(two, List.of(PendingSet.update(payload("two" + number, 200), 1))));
        step(region, "commit one", after, List.of(two), () -> connection.commitPrepared(one));
        step(region, "roll back two", after, List.of(), () -> connection.rollbackPrepared(two));
    }

    private void takeOver(String name) throws Exception {
        step(name, "take over", last(name).sets(), last(name).inDoubt(), () -> {
            running.close();
            running = new RunningInstance("b", new MemoryFabric(unit));
        });
    }

    /** The unit's process is gone, and another one starts on what it left. */
    private void restart() throws Exception {
        running.close();
        unit.close();
        startUnit("b");
        acknowledgements.add(memory.position());
    }

    private UnitImage.Contents last(String region) {
        List<Moment> all = moments.get(region);
        return all.get(all.size() - 1).contents;
    }

    private void step(String region, String step, List<String> sets, List<BranchId> inDoubt, Action action)
            throws Exception {
        int began = memory.position();
        action.run();
        int acknowledged = memory.position();
        assertThat(memory.firstDirty(UnitLayout.dataOffset(UnitLayout.slotCount(UNIT_BYTES))))
                .as("a line of the data that is not persistent after '%s'", step)
                .isEqualTo(-1);
        acknowledgements.add(acknowledged);
        moments.get(region)
                .add(new Moment(step, began, acknowledged, new UnitImage.Contents(List.copyOf(sets), inDoubt)));
    }

    @Override
    public void close() {
        running.close();
        unit.close();
    }
}
