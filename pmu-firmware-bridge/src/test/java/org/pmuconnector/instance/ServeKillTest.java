package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.daemon.Pmu;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.firmware.OtherProcess;

/**
 * A daemon that is killed at random moments while several regions are written, overwritten, freed and created. Each time
 * the unit is found clean, starts again, and every region holds what was acknowledged, and at most the step under way.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class ServeKillTest {

    private static final int KILLS = Integer.getInteger("pmu.kill.rounds", 5);

    /** The daemon is killed after so many acknowledgements at most. */
    private static final int MOST_ACKNOWLEDGEMENTS = 400;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("pmu.kill.seed", new Random().nextLong());
    private final Random random = new Random(seed);
    private final Semaphore acknowledgements = new Semaphore(0);
    private final List<KilledRegion> regions = new ArrayList<>();
    private Path unit;
    private String listen = "127.0.0.1:0";
    private long acknowledged;

    @Test
    void serve_killedAtRandom_losesNothingAndTearsNothing() throws Exception {
        unit = folder.resolve("unit");
        Unit.format(unit, 1 << 30);
        OtherProcess daemon = serve();
        UnitAddress address = UnitAddress.parse("iwarp://" + listen);
        try (RunningInstance running = new RunningInstance("a", Fabrics.of(address, FabricOptions.defaults()))) {
            add(running, "orders", PersistenceLevel.PERSISTENT);
            add(running, "trades", PersistenceLevel.PERSISTENT);
            add(running, "prices", PersistenceLevel.VISIBLE);
            for (int round = 1; round <= KILLS; round++) {
                List<Thread> writers = write(running, round);
                killWhileWriting(daemon);
                for (Thread writer : writers) {
                    Threads.join(writer);
                }
                assertThat(wrong()).as("seed %d, round %d", seed, round).isEmpty();
                check(round);
                daemon = serve();
            }
            for (KilledRegion region : regions) {
                region.verify();
            }
            assertThat(wrong()).as("seed %d, at the end", seed).isEmpty();
        } finally {
            daemon.kill();
        }
        System.out.println("killed " + KILLS + " times, more than " + acknowledged + " steps acknowledged in "
                + regions.size() + " regions, lost 0, torn 0; seed " + seed);
    }

    private OtherProcess serve() throws Exception {
        OtherProcess daemon =
                OtherProcess.start(Pmu.class, "serve", unit.toString(), "--listen", listen, "--allow-anonymous");
        String line = daemon.nextLine();
        String ready = "listening on ";
        while (line != null && !line.startsWith(ready)) {
            line = daemon.nextLine();
        }
        assertThat(line).as("seed %d: the daemon ends instead of serving", seed).isNotNull();
        listen = line.substring(ready.length());
        daemon.discardOutput();
        return daemon;
    }

    private void add(RunningInstance running, String name, PersistenceLevel level) throws Exception {
        regions.add(new KilledRegion(running.instance, name, level, random.nextLong(), acknowledgements));
    }

    /** Three regions are always written, and so are a new one and one of those that were new once. */
    private List<Thread> write(RunningInstance running, int round) throws Exception {
        add(running, "more" + round, round % 2 == 0 ? PersistenceLevel.PERSISTENT : PersistenceLevel.VISIBLE);
        List<KilledRegion> busy = new ArrayList<>(regions.subList(0, 3));
        busy.add(regions.get(regions.size() - 1));
        busy.add(regions.get(random.nextInt(regions.size())));
        List<Thread> writers = new ArrayList<>();
        for (KilledRegion region : busy.stream().distinct().toList()) {
            Thread writer = new Thread(region::writeUntilItFails, "writer");
            writer.start();
            writers.add(writer);
        }
        return writers;
    }

    private void killWhileWriting(OtherProcess daemon) throws Exception {
        int count = 1 + random.nextInt(MOST_ACKNOWLEDGEMENTS);
        acknowledgements.drainPermits();
        assertThat(acknowledgements.tryAcquire(count, 60, TimeUnit.SECONDS))
                .as("seed %d: %d steps are not acknowledged: %s", seed, count, wrong())
                .isTrue();
        daemon.kill();
        acknowledged += count;
    }

    private List<String> wrong() {
        return regions.stream().flatMap(region -> region.wrong().stream()).toList();
    }

    private void check(int round) throws Exception {
        OtherProcess check = OtherProcess.start(Pmu.class, "check", unit.toString());
        List<String> lines = new ArrayList<>();
        for (String line = check.nextLine(); line != null; line = check.nextLine()) {
            lines.add(line);
        }
        assertThat(check.await())
                .as("seed %d, round %d: %s", seed, round, lines)
                .isZero();
        assertThat(lines).as("seed %d, round %d", seed, round).endsWith("clean");
    }
}
