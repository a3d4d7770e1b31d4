package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.pmu.memory.CrashMemory;
import org.pmuconnector.pmu.memory.CrashMemory.CrashException;

/**
 * Random requests to a unit that ends, or whose power fails, at random moments. After every start each region is as it
 * was when the last request was answered, or as the request that was cut short would have made it; it never lost or mixed
 * anything.
 */
class ManagerCrashTest {

    private static final int PROGRAMS = 100;
    private static final int STEPS = 40;
    private static final int UNIT_BYTES = 1 << 20;
    private static final int REGION_BYTES = 256 * 1024;
    private static final List<String> NAMES = List.of("orders", "books", "trades");

    /** A region as far as it must survive. */
    private record Model(long epoch, String primary, List<Long> starts, long trimPosition, Map<String, Long> cursors) {

        static Model of(RegionStatus status) {
            Map<String, Long> cursors = new TreeMap<>();
            status.subscriptions().forEach(s -> cursors.put(s.name(), s.cursorSequence()));
            List<Long> starts =
                    status.epochStarts().stream().map(EpochStart::startPosition).toList();
            return new Model(status.epoch(), status.primaryInstance(), starts, status.trimPosition(), cursors);
        }
    }

    /** A request and what it makes of the region. */
    private record Step(String region, Callable<?> request, Model after) {}

    private long seed;
    private Random random;
    private ManagerFixture unit;
    private ManagerFixture.Peer primary;
    private final Map<String, Model> models = new TreeMap<>();

    @BeforeEach
    void drawSeed() {
        seed = new Random().nextLong();
        random = new Random(seed);
    }

    @Test
    void requests_cutShortAtRandom_areDoneOrNot() throws Exception {
        int cutShort = 0;
        for (int program = 0; program < PROGRAMS; program++) {
            unit = new ManagerFixture(ManagerSettings.DEFAULT, UNIT_BYTES);
            models.clear();
            connect();
            for (int i = 0; i < STEPS; i++) {
                cutShort += run(step(), "seed " + seed + ", program " + program + ", step " + i) ? 0 : 1;
            }
        }
        assertThat(cutShort).isGreaterThan(PROGRAMS);
    }

    private void connect() throws Exception {
        primary = unit.session("a", 1);
    }

    /** Runs a request that may be cut short; true if it was answered. */
    private boolean run(Step step, String context) throws Exception {
        boolean armed = random.nextInt(4) == 0;
        if (armed) {
            unit.memory.crashAt(random.nextInt(4), 8 * random.nextInt(40));
        }
        boolean answered = true;
        try {
            step.request.call();
        } catch (CrashException e) {
            answered = false;
        }
        Model before = models.get(step.region);
        if (answered) {
            models.put(step.region, step.after);
        }
        if (armed) {
            unit.memory = ending(unit.memory);
            unit.start();
            connect();
            Map<String, Model> found = found();
            if (!answered) {
                Model outcome = found.get(step.region);
                assertThat(outcome).as(context).isIn(before, step.after);
                models.remove(step.region);
                if (outcome != null) {
                    models.put(step.region, outcome);
                }
            }
        }
        assertThat(found()).as(context).isEqualTo(models);
        return answered;
    }

    private CrashMemory ending(CrashMemory memory) {
        return switch (random.nextInt(3)) {
            case 0 -> memory.afterKill();
            case 1 -> memory.afterPowerLossAtWorst();
            default -> memory.afterPowerLoss(random);
        };
    }

    private Map<String, Model> found() throws Exception {
        Map<String, Model> found = new TreeMap<>();
        for (RegionStatus status : unit.manager.regions().list(primary.id, "", Integer.MAX_VALUE)) {
            found.put(status.name(), Model.of(status));
        }
        return found;
    }

    private Step step() throws Exception {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        Model now = models.get(name);
        if (now == null) {
            return new Step(
                    name, () -> primary.create(name, REGION_BYTES, null), new Model(0, "", List.of(), 0, Map.of()));
        }
        return switch (random.nextInt(5)) {
            case 0 -> claim(name, now);
            case 1 -> begin(name, now);
            case 2 -> trim(name, now);
            case 3 -> resign(name, now);
            default -> cursor(name, now);
        };
    }

    private Step claim(String name, Model now) {
        return new Step(
                name,
                () -> unit.manager.primaries().claim(primary.id, name, now.epoch, true),
                new Model(now.epoch + 1, "a", now.starts, now.trimPosition, now.cursors));
    }

    /** Claims first, because of a restart, whatever it may be that only the primary can do. */
    private Model claimed(String name, Model now) throws Exception {
        unit.manager.primaries().claim(primary.id, name, now.epoch, true);
        Model claimed = new Model(now.epoch + 1, "a", now.starts, now.trimPosition, now.cursors);
        models.put(name, claimed);
        return claimed;
    }

    private Step begin(String name, Model before) throws Exception {
        Model now = claimed(name, before);
        long last = now.starts.isEmpty() ? 0 : now.starts.get(now.starts.size() - 1);
        long start = Math.max(last, now.trimPosition) + 64L * random.nextInt(3);
        List<Long> starts = new ArrayList<>(now.starts);
        starts.removeIf(at -> at == start);
        starts.add(start);
        return new Step(
                name,
                () -> unit.manager.primaries().begin(primary.id, name, now.epoch, start),
                new Model(now.epoch, "a", starts, now.trimPosition, now.cursors));
    }

    private Step trim(String name, Model before) throws Exception {
        Model now = claimed(name, before);
        long position = Math.max(0, now.trimPosition + 64L * (random.nextInt(12) - 2));
        List<Long> starts = new ArrayList<>(now.starts);
        while (position > now.trimPosition && starts.size() > 1 && starts.get(1) <= position) {
            starts.remove(0);
        }
        return new Step(
                name,
                () -> unit.manager.primaries().trim(primary.id, name, now.epoch, position),
                new Model(now.epoch, "a", starts, Math.max(position, now.trimPosition), now.cursors));
    }

    private Step resign(String name, Model before) throws Exception {
        Model now = claimed(name, before);
        return new Step(
                name,
                () -> unit.manager.primaries().resign(primary.id, name, now.epoch),
                new Model(now.epoch, "", now.starts, now.trimPosition, now.cursors));
    }

    private Step cursor(String name, Model now) {
        Map<String, Long> cursors = new TreeMap<>(now.cursors);
        String subscription = "s" + random.nextInt(3);
        if (cursors.putIfAbsent(subscription, 0L) == null) {
            return new Step(
                    name,
                    () -> unit.manager.subscriptions().subscribe(primary.id, name, subscription, false),
                    new Model(now.epoch, now.primary, now.starts, now.trimPosition, cursors));
        }
        long sequence = random.nextInt(100);
        cursors.merge(subscription, sequence, Math::max);
        return new Step(
                name,
                () -> unit.manager.subscriptions().advance(primary.id, name, new CursorMove(subscription, sequence, 0)),
                new Model(now.epoch, now.primary, now.starts, now.trimPosition, cursors));
    }
}
