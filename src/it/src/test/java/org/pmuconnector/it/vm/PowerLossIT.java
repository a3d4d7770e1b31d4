package org.pmuconnector.it.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.Region;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.ErrorCategory;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.scram.Credentials;

/**
 * A unit in a machine that loses its power. Writers out here commit at level {@code PERSISTENT}; at a random moment the
 * machine's process is killed, and with it all that its kernel held in memory. The next machine starts on the same
 * persistent memory. Every acknowledged set has to be there, whole and in order, and nothing else but the one group that
 * each writer was told nothing about.
 *
 * <p>Rounds with DAX map that memory into the unit. There the emulation keeps even what was not yet forced: they show that
 * file system, unit file and log come back. In the rounds without DAX the kernel's page cache lies between, and what was
 * not forced is really lost. {@code -Dpowerloss.rounds=N -Dpowerloss.pageCacheRounds=N -Dpowerloss.seed=S} choose.
 */
@Tag(RdmaVmFilter.TAG)
class PowerLossIT {

    private static final Duration BOOT_PATIENCE = Duration.ofMinutes(10);
    private static final Duration OPERATION_PATIENCE = Duration.ofSeconds(60);
    private static final int WRITERS = 2;
    private static final int MAX_WRITING_MILLIS = 5_000;
    private static final int UNIT_PORT = 4791;
    private static final String UNIT_SIZE = "384m";
    private static final long REGION_BYTES = 256L << 20;
    private static final Pattern LISTENING = Pattern.compile("listening on .*");

    /** {@code sh -c GUEST pmu JAVA JAR}: makes the unit or checks it, then serves it. */
    private static final String GUEST = """
            set -e
            pmu() { java=$1; jar=$2; shift 2; "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m -jar "$jar" "$@"; }
            unit=/mnt/pmem/unit
            if [ -e "$unit" ]; then
              pmu "$1" "$2" check "$unit"
            else
              pmu "$1" "$2" format "$unit" --size "$3"
              echo power-loss | pmu "$1" "$2" user add "$unit" power-loss --create --password-file -
            fi
            pmu "$1" "$2" serve "$unit" --listen "10.0.2.15:$4" --lease-millis 10000
            """;

    @TempDir
    private Path directory;

    private final long[] acknowledged = new long[WRITERS];
    private final long[] attempted = new long[WRITERS];
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
        int daxRounds = Integer.getInteger("powerloss.rounds");
        int pageCacheRounds = Integer.getInteger("powerloss.pageCacheRounds");
        System.out.println("power loss: " + daxRounds + " rounds with DAX, " + pageCacheRounds
                + " with the page cache, seed " + seed + " (repeat with -Dpowerloss.seed=" + seed + ")");
        for (int round = 1; round <= daxRounds + pageCacheRounds; round++) {
            boolean dax = round <= daxRounds;
            runRound("round " + round + (dax ? ", DAX" : ", page cache"), dax, true);
        }
        runRound("at the end", true, false);
    }

    private void runRound(String name, boolean dax, boolean write) throws Exception {
        long began = System.nanoTime();
        int port = freePort();
        try (RdmaVm machine = RdmaVm.start(directory, options(dax, port))) {
            try {
                machine.awaitLine(LISTENING, BOOT_PATIENCE);
                try (Client client = new Client(port)) {
                    awaitPrimary(client.region);
                    int sets = verify(client.region);
                    String line =
                            sets + " sets there, lost 0, torn 0, '" + checkResult(machine) + "', up and read after "
                                    + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) + " ms";
                    if (write) {
                        line += "; then " + writeUntilPowerLoss(client.region, machine);
                    }
                    System.out.println("power loss: " + name + ": " + line);
                }
            } catch (Exception | AssertionError e) {
                System.out.println("power loss: " + name + ": the machine printed:\n" + machine.output());
                throw e;
            }
        }
    }

    private List<String> options(boolean dax, int port) {
        List<String> command = List.of(
                "sh",
                "-c",
                GUEST,
                "pmu",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Path.of(System.getProperty("pmu.jar")).toAbsolutePath().toString(),
                UNIT_SIZE,
                String.valueOf(UNIT_PORT));
        List<String> options = new ArrayList<>(List.of(
                "--nvdimm",
                directory.resolve("nvdimm").toString(),
                "--forward",
                port + ":" + UNIT_PORT,
                "--timeout",
                "0"));
        if (!dax) {
            options.add("--no-dax");
        }
        options.add("--");
        options.addAll(command);
        return options;
    }

    /** What {@code pmu check} said; a unit that is not clean does not get served, and one just made was not checked. */
    private static String checkResult(RdmaVm machine) {
        return machine.output()
                .lines()
                .filter(line -> line.matches("clean|formatted .*"))
                .findFirst()
                .orElseThrow();
    }

    private String writeUntilPowerLoss(Region region, RdmaVm machine) throws Exception {
        CountDownLatch started = new CountDownLatch(WRITERS);
        Writer[] writers = new Writer[WRITERS];
        Thread[] threads = new Thread[WRITERS];
        for (int index = 0; index < WRITERS; index++) {
            writers[index] = new Writer(region, index, seed, attempted[index], started);
            threads[index] = new Thread(writers[index], "writer-" + index);
            threads[index].start();
        }
        assertThat(started.await(OPERATION_PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .as(
                        "the writers started: %s",
                        Arrays.stream(writers).map(Writer::failure).toList())
                .isTrue();
        int writingMillis = random.nextInt(MAX_WRITING_MILLIS);
        // Nothing is awaited: this is the random moment, unless a writer ends before.
        threads[0].join(Math.max(1, writingMillis));
        assertThat(Arrays.stream(writers).map(Writer::failure))
                .as("failures before")
                .containsOnlyNulls();
        machine.cutPower();
        assertThat(machine.awaitEnd(BOOT_PATIENCE)).isEqualTo(125);
        assertThat(machine.output()).contains("QEMU was ended by signal 9 while running the command");
        long before = Arrays.stream(acknowledged).sum();
        // Else they would try to find out what became of their last groups.
        Arrays.stream(threads).forEach(Thread::interrupt);
        for (int index = 0; index < WRITERS; index++) {
            threads[index].join(2 * OPERATION_PATIENCE.toMillis());
            assertThat(writers[index].failure())
                    .as("what the power loss did to a writer")
                    .isNotNull();
            acknowledged[index] = writers[index].acknowledged();
            attempted[index] = acknowledged[index] + 1;
        }
        return (Arrays.stream(acknowledged).sum() - before) + " groups acknowledged in " + writingMillis
                + " ms until the power loss";
    }

    /** Compares all that the region holds with what was acknowledged; then both are the same again. */
    private int verify(Region region) throws Exception {
        List<CommittedSet> sets;
        try (RegionConnection connection = region.connect(null)) {
            sets = connection.recover();
        }
        long[] found = new long[WRITERS];
        int at = 0;
        while (at < sets.size()) {
            NumberedGroup group = NumberedGroup.of(sets.get(at).payload());
            assertThat(group.number())
                    .as(
                            "a writer's groups are there in order, at sequence %d",
                            sets.get(at).sequence())
                    .isEqualTo(++found[group.writer()]);
            for (byte[] payload : group.payloads(seed)) {
                assertThat(at).as("%s is there as a whole", group).isLessThan(sets.size());
                assertThat(sets.get(at).sequence()).isEqualTo(at + 1L);
                assertThat(sets.get(at).payload())
                        .as("sequence %d of %s", at + 1, group)
                        .isEqualTo(payload);
                at++;
            }
        }
        for (int index = 0; index < WRITERS; index++) {
            assertThat(found[index])
                    .as("groups of writer %d; the last one was not acknowledged", index)
                    .isBetween(acknowledged[index], attempted[index]);
            acknowledged[index] = found[index];
            attempted[index] = found[index];
        }
        return sets.size();
    }

    /**
     * After its start a unit waits for the primary that it had; that one is gone, and this instance may follow it. On a
     * busy host the unit may also be too slow to begin with for the time that it gives a new connection.
     */
    private static void awaitPrimary(Region region) throws PmuException {
        long deadline = System.nanoTime() + BOOT_PATIENCE.toNanos();
        PendingSet any = PendingSet.update(new byte[1], 1);
        while (true) {
            try (RegionConnection connection = region.connect(null)) {
                connection.checkWrite(any, 0);
                return;
            } catch (PmuException e) {
                if (e.code().category() != ErrorCategory.RETRY || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** An instance of this process, always of the same name: it may return to its region after the unit's restart. */
    private static final class Client implements AutoCloseable {

        private final Instance instance;
        private final Thread session;
        private final Region region;

        Client(int port) throws Exception {
            UnitAddress address = UnitAddress.parse("iwarp://127.0.0.1:" + port);
            instance = Instance.of(
                    new InstanceSettings(
                            "power-loss",
                            OPERATION_PATIENCE,
                            OPERATION_PATIENCE,
                            Credentials.of("power-loss", "power-loss")),
                    Fabrics.of(address, FabricOptions.defaults()));
            session = new Thread(instance::run, "power-loss-session");
            session.start();
            region = instance.region(
                    new RegionSettings("ledger", true, REGION_BYTES, 0, PersistenceLevel.PERSISTENT, Retention.BASE));
        }

        @Override
        public void close() {
            instance.close();
            session.interrupt();
        }
    }
}
