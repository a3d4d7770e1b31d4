package org.pmuconnector.pmu.nic.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.pmu.firmware.OtherProcess;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.verbs.LibraryFile;

/**
 * Peers whose process is killed while they connect, at whatever moment:
 * {@code -Dattack.processes=N -Dattack.pings=N -Dattack.seed=S}.
 */
@Tag("rdma")
class VerbsAbandonTest {

    private static final int PROCESSES = Integer.getInteger("attack.processes", 1);
    private static final int PINGS = Integer.getInteger("attack.pings", 20);
    private static final int MOST_STEPS = 20;
    private static final int MOST_PING_MILLIS = 500;

    @TempDir
    Path folder;

    private final long seed = Long.getLong("attack.seed", System.nanoTime());
    private final Random random = new Random(seed);

    @Test
    void connections_ofKilledProcesses_leaveNothing() throws Exception {
        System.out.println("VerbsAbandonTest: -Dattack.processes=" + PROCESSES + " -Dattack.pings=" + PINGS
                + " -Dattack.seed=" + seed);
        NicOptions options = NicOptions.defaults().withTimeouts(60_000, 60_000);
        try (AttackedUnit unit = new AttackedUnit(folder, options)) {
            for (int i = 0; i < PROCESSES; i++) {
                killJava(unit);
                unit.assertUnharmed();
            }
            for (int i = 0; i < PINGS; i++) {
                killPing(unit);
            }
            unit.assertUnharmed();
            unit.assertNothingIsLeft();
        }
    }

    /** A process that connects again and again, on several threads, each time a step further. */
    private void killJava(AttackedUnit unit) throws Exception {
        OtherProcess process = OtherProcess.start(
                List.of(
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                        LibraryFile.NATIVE_ACCESS,
                        "-Djava.library.path=" + LibraryFile.path().getParent()),
                AbandonedConnections.class,
                unit.address().getAddress().getHostAddress(),
                String.valueOf(unit.address().getPort()));
        for (int step = random.nextInt(MOST_STEPS); step >= 0; step--) {
            assertThat(process.nextLine()).isEqualTo("a step further");
        }
        process.kill();
    }

    /** A program of rdma-core's; what it sends is nothing that the unit knows. */
    private void killPing(AttackedUnit unit) throws Exception {
        String host = unit.address().getAddress().getHostAddress();
        String port = String.valueOf(unit.address().getPort());
        Process ping = new ProcessBuilder("rping", "-c", "-a", host, "-p", port)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        ping.waitFor(random.nextInt(MOST_PING_MILLIS), TimeUnit.MILLISECONDS);
        ping.destroyForcibly();
        assertThat(ping.waitFor(1, TimeUnit.MINUTES)).isTrue();
    }
}
