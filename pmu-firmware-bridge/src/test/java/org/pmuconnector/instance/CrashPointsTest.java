package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pmuconnector.fabric.embedded.MemoryFabric;
import org.pmuconnector.instance.CrashWorkload.Moment;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.manager.RegionStatus;
import org.pmuconnector.pmu.memory.TracingMemory;

/**
 * Everything that a unit does to its memory, numbered; for each point, what is found if the process ended or the power
 * failed there. Found is always a unit that opens, a catalog whose every entry is the old or the new one, and in each log
 * all that was acknowledged, in order, and of what was not at most the step that was under way.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class CrashPointsTest {

    /** How many random subsets of what was not persisted are tried at each point. */
    private static final int SUBSETS = Integer.getInteger("pmu.crash.subsets", 3);

    /** At one point in so many an instance takes over and goes on. */
    private static final int POINTS_PER_TAKEOVER = 20;

    private final long seed = Long.getLong("pmu.crash.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private CrashWorkload workload;

    @Test
    void crash_atEveryPoint_losesNothingAndInventsNothing() throws Exception {
        workload = new CrashWorkload(seed);
        try (CrashWorkload closing = workload) {
            closing.run();
        }
        TracingMemory.Replay replay = workload.memory.replay();
        TracingMemory.Replay ahead = workload.memory.replay();
        int points = workload.memory.position();
        assertThat(points).isGreaterThan(100);
        for (int point = 0; point <= points; point++) {
            replay.advance(point);
            Map<String, RegionStatus> live = new UnitImage(replay.afterKill()).catalog();
            Map<String, RegionStatus> durable = new UnitImage(replay.afterPowerLossAtWorst()).catalog();
            ahead.advance(Math.min(point + 1, points));
            Map<String, RegionStatus> next = new UnitImage(ahead.afterKill()).catalog();
            if (workload.acknowledgements.contains(point)) {
                assertThat(durable).as(where(point)).isEqualTo(live);
            }
            List<byte[]> images = new ArrayList<>();
            images.add(replay.afterKill());
            images.add(replay.afterKillInside(random));
            images.add(replay.afterPowerLossAtWorst());
            for (int i = 0; i < SUBSETS; i++) {
                images.add(replay.afterPowerLoss(random));
            }
            for (int i = 0; i < images.size(); i++) {
                // The second image has some of the next operation, which may be the first of a step.
                boolean inside = i == 1;
                check(
                        inside ? point + 1 : point,
                        where(point) + ", image " + i,
                        images.get(i),
                        inside ? next : live,
                        inside ? live : durable);
            }
        }
    }

    @Test
    void persist_ofWhatIsPersistentAlready_neverHappens() throws Exception {
        workload = new CrashWorkload(seed);
        try (CrashWorkload closing = workload) {
            closing.run();
        }
        assertThat(workload.memory.needless()).isEmpty();
    }

    private String where(int point) {
        return "seed " + seed + ", point " + point;
    }

    private void check(
            int point, String where, byte[] bytes, Map<String, RegionStatus> live, Map<String, RegionStatus> durable)
            throws Exception {
        UnitImage image = image(where, bytes);
        assertThat(image.isFormatted() || point < workload.formatted).as(where).isTrue();
        assertThat(image.problems()).as(where).isEmpty();
        image.catalog().forEach((name, status) -> assertThat(status).as(where).isIn(live.get(name), durable.get(name)));
        assertThat(image.catalog().keySet()).as(where).containsAll(durable.keySet());
        if (!image.isFormatted()) {
            return;
        }
        for (String region : CrashWorkload.REGIONS) {
            assertThat(contents(where, image, region)).as(where + ", " + region).isIn(possible(region, point));
        }
        if (point % POINTS_PER_TAKEOVER == 0) {
            goOn(where, image);
        } else {
            CrashWorkload.start(image.memory(), workload.key, seed).close();
        }
    }

    private static UnitImage image(String where, byte[] bytes) {
        try {
            return new UnitImage(bytes);
        } catch (PmuException e) {
            throw new AssertionError(where, e);
        }
    }

    private static UnitImage.Contents contents(String where, UnitImage image, String region) {
        try {
            return image.contents(region);
        } catch (PmuException e) {
            throw new AssertionError(where + ", " + region, e);
        }
    }

    /** From the last that was acknowledged to the last that had begun. */
    private List<UnitImage.Contents> possible(String region, int point) {
        List<UnitImage.Contents> possible = new ArrayList<>();
        for (Moment moment : workload.moments.get(region)) {
            if (moment.acknowledged() <= point) {
                possible.clear();
                possible.add(moment.contents());
            } else if (moment.began() < point) {
                possible.add(moment.contents());
            }
        }
        return possible;
    }

    /** Another instance takes over what was found, loses nothing of it, and writes behind it. */
    private void goOn(String where, UnitImage image) throws Exception {
        try (Unit unit = CrashWorkload.start(image.memory(), workload.key, seed);
                RunningInstance next = new RunningInstance("next", new MemoryFabric(unit))) {
            for (String region : CrashWorkload.REGIONS) {
                UnitImage.Contents found = image.contents(region);
                RegionConnection connection =
                        next.instance.region(CrashWorkload.settings(region)).connect(null);
                connection.commit(List.of(PendingSet.update(CrashWorkload.payload("next", 50), 1)));
                List<String> expected = new ArrayList<>(found.sets());
                expected.add("next");
                assertThat(connection.recover().stream().map(UnitImage::word).toList())
                        .as(where + ", " + region)
                        .isEqualTo(expected);
                connection.close();
            }
        }
        assertThat(new UnitImage(image.memory().contents()).problems())
                .as(where)
                .isEmpty();
    }
}
