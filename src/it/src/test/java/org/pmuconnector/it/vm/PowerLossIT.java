package org.pmuconnector.it.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.instance.Region;
import org.pmuconnector.sample.demo.process.FreePorts;

/**
 * A unit in a machine that loses its power. Writers commit at level {@code PERSISTENT}; at a random moment the machine's
 * process is killed, and with it all that its kernel held in memory. The next machine starts on the same persistent memory.
 * Every acknowledged set has to be there, whole and in order, and nothing else but what the writers were told nothing about.
 *
 * <p>Over iWARP the writers are out here. Verbs reach a unit from within its machine alone: there the writers are a program
 * in it, and what counts as acknowledged is what it had printed when the power went.
 *
 * <p>Rounds with DAX map that memory into the unit. There the emulation keeps even what was not yet forced: they show that
 * file system, unit file and log come back; over verbs, where the kernel lets no device have that memory, also that what was
 * acknowledged had left the staging memory. In the rounds without DAX the kernel's page cache lies between, and what was not
 * forced is really lost, over verbs also what the kernel does not know to have changed, as only the device has written it.
 * {@code -Dpowerloss.rounds=N -Dpowerloss.pageCacheRounds=N -Dpowerloss.verbsRounds=N -Dpowerloss.verbsPageCacheRounds=N
 * -Dpowerloss.seed=S} choose.
 */
@Tag(RdmaVmFilter.TAG)
class PowerLossIT {

    private static final Duration BOOT_PATIENCE = Duration.ofMinutes(10);
    private static final int MAX_WRITING_MILLIS = 5_000;
    private static final Pattern LISTENING = Pattern.compile("listening on .*");
    private static final Pattern FOUND_SETS = Pattern.compile("found (\\d+) sets");
    private static final Pattern FOUND = Pattern.compile("found (\\d+) (\\d+)");
    private static final Pattern ACKNOWLEDGED = Pattern.compile("acknowledged (\\d+) (\\d+)");

    @TempDir
    private Path directory;

    private final long[] acknowledged = new long[Ledger.WRITERS];
    private final long[] attempted = new long[Ledger.WRITERS];
    private long seed;
    private Random random;

    @BeforeEach
    void chooseSeed() {
        String configured = System.getProperty("powerloss.seed", "").strip();
        seed = configured.isEmpty() ? System.nanoTime() & 0xFFFF_FFFFL : Long.parseLong(configured);
        random = new Random(seed);
    }

    @Test
    void power_lostAtRandomMoments_losesNothingAcknowledged() throws Exception {
        List<PowerLossRound> rounds = Stream.of(
                        PowerLossRound.overIwarp(true, Integer.getInteger("powerloss.rounds")),
                        PowerLossRound.overIwarp(false, Integer.getInteger("powerloss.pageCacheRounds")),
                        PowerLossRound.overVerbs(true, Integer.getInteger("powerloss.verbsRounds")),
                        PowerLossRound.overVerbs(false, Integer.getInteger("powerloss.verbsPageCacheRounds")))
                .flatMap(List::stream)
                .toList();
        System.out.println("power loss: " + rounds.size() + " rounds, seed " + seed + " (repeat with -Dpowerloss.seed="
                + seed + ")");
        int number = 1;
        for (PowerLossRound round : rounds) {
            run("round " + number++ + ", " + round.description(), round, true);
        }
        run("at the end", PowerLossRound.overIwarp(true, 1).get(0), false);
    }

    private void run(String name, PowerLossRound round, boolean write) throws Exception {
        long began = System.nanoTime();
        int port = FreePorts.find(1).get(0);
        try (RdmaVm machine = RdmaVm.start(directory, round.machine(directory, port, seed))) {
            try {
                machine.awaitLine(LISTENING, BOOT_PATIENCE);
                String line = round.isOverVerbs()
                        ? readAndWriteInside(round, machine, began)
                        : readAndWriteOutside(port, write, machine, began);
                System.out.println("power loss: " + name + ": " + line);
            } catch (Exception | AssertionError e) {
                System.out.println("power loss: " + name + ": the machine printed:\n" + machine.output());
                throw e;
            }
        }
    }

    private String readAndWriteOutside(int port, boolean write, RdmaVm machine, long began) throws Exception {
        try (Ledger ledger = new Ledger("iwarp://127.0.0.1:" + port)) {
            ledger.awaitPrimary(BOOT_PATIENCE);
            Ledger.Contents contents = ledger.read(seed);
            String line = compare(contents, machine, began);
            return write ? line + "; then " + writeUntilPowerLoss(ledger.region(), machine) : line;
        }
    }

    private String writeUntilPowerLoss(Region region, RdmaVm machine) throws Exception {
        CountDownLatch started = new CountDownLatch(Ledger.WRITERS);
        Writer[] writers = new Writer[Ledger.WRITERS];
        Thread[] threads = new Thread[Ledger.WRITERS];
        for (int index = 0; index < Ledger.WRITERS; index++) {
            long first = attempted[index] + 1;
            writers[index] = new Writer(region, index, seed, attempted[index], number -> {
                if (number == first) {
                    started.countDown();
                }
            });
            threads[index] = new Thread(writers[index], "writer-" + index);
            threads[index].start();
        }
        assertThat(started.await(Ledger.OPERATION_PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .as(
                        "the writers started: %s",
                        Arrays.stream(writers).map(Writer::failure).toList())
                .isTrue();
        long before = Arrays.stream(acknowledged).sum();
        int writingMillis = letWriteAndCutPower(machine);
        // Else they would try to find out what became of their last groups.
        Arrays.stream(threads).forEach(Thread::interrupt);
        for (int index = 0; index < Ledger.WRITERS; index++) {
            threads[index].join(2 * Ledger.OPERATION_PATIENCE.toMillis());
            assertThat(writers[index].failure())
                    .as("what the power loss did to a writer")
                    .isNotNull();
            acknowledged[index] = writers[index].acknowledged();
            attempted[index] = acknowledged[index] + 1;
        }
        return written(before, writingMillis);
    }

    private String readAndWriteInside(PowerLossRound round, RdmaVm machine, long began) throws Exception {
        int sets = Integer.parseInt(group(FOUND_SETS, machine.awaitLine(FOUND_SETS, BOOT_PATIENCE), 1));
        List<Long> groups = new ArrayList<>();
        for (int index = 0; index < Ledger.WRITERS; index++) {
            Pattern found = Pattern.compile("found " + index + " \\d+");
            groups.add(Long.parseLong(group(FOUND, machine.awaitLine(found, BOOT_PATIENCE), 2)));
        }
        String line = compare(new Ledger.Contents(sets, groups), machine, began);
        for (int index = 0; index < Ledger.WRITERS; index++) {
            machine.awaitLine(Pattern.compile("acknowledged " + index + " \\d+"), BOOT_PATIENCE);
        }
        line += check(round, machine);
        long before = Arrays.stream(acknowledged).sum();
        int writingMillis = letWriteAndCutPower(machine);
        for (String printed : machine.output().lines().toList()) {
            Matcher matcher = ACKNOWLEDGED.matcher(printed);
            if (matcher.matches()) {
                int index = Integer.parseInt(matcher.group(1));
                acknowledged[index] = Math.max(acknowledged[index], Long.parseLong(matcher.group(2)));
            }
        }
        // What they were told went with the machine, as far as it was not printed.
        Arrays.fill(attempted, Long.MAX_VALUE);
        return line + "; then " + written(before, writingMillis);
    }

    private static String group(Pattern pattern, String line, int group) {
        Matcher matcher = pattern.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        return matcher.group(group);
    }

    /** Which memory the unit is in: the kernel does not let a device have a file on DAX. */
    private static String check(PowerLossRound round, RdmaVm machine) throws Exception {
        if (round.checks().contains("appliance")) {
            machine.awaitLine(
                    Pattern.compile("pmu: PMU-202 the appliance method is for persistent memory that a device writes to"
                            + " directly, and the unit is pinned staging memory, .*; use the general purpose method"),
                    BOOT_PATIENCE);
        }
        if (!round.checks().contains("status")) {
            return "";
        }
        String memory = round.dax()
                ? "pinned staging memory, written through on flush to DAX file /mnt/pmem/unit on ext4 \\(.+\\)"
                : "mapped file /mnt/pmem/unit on ext4";
        return ", " + machine.awaitLine(Pattern.compile("memory +" + memory), BOOT_PATIENCE);
    }

    private int letWriteAndCutPower(RdmaVm machine) throws Exception {
        int writingMillis = random.nextInt(MAX_WRITING_MILLIS);
        // Nothing is awaited: this is the random moment, unless the machine ends before.
        machine.letRun(Duration.ofMillis(Math.max(1, writingMillis)));
        machine.cutPower();
        assertThat(machine.awaitEnd(BOOT_PATIENCE)).isEqualTo(125);
        assertThat(machine.output()).contains("QEMU was ended by signal 9 while running the command");
        return writingMillis;
    }

    private String written(long before, int writingMillis) {
        return (Arrays.stream(acknowledged).sum() - before) + " groups acknowledged until the power loss after "
                + writingMillis + " ms";
    }

    /** Compares all that the region holds with what was acknowledged; then both are the same again. */
    private String compare(Ledger.Contents contents, RdmaVm machine, long began) {
        for (int index = 0; index < Ledger.WRITERS; index++) {
            long found = contents.groups().get(index);
            assertThat(found)
                    .as("groups of writer %d; the last one was not acknowledged", index)
                    .isBetween(acknowledged[index], attempted[index]);
            acknowledged[index] = found;
            attempted[index] = found;
        }
        return contents.sets() + " sets there, lost 0, torn 0, '" + checkResult(machine) + "', up and read after "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) + " ms";
    }

    /** What {@code pmu check} said; a unit that is not clean does not get served, and one just made was not checked. */
    private static String checkResult(RdmaVm machine) {
        return machine.output()
                .lines()
                .filter(line -> line.matches("clean|formatted .*"))
                .findFirst()
                .orElseThrow();
    }
}
