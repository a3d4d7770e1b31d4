package org.pmuconnector.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.daemon.Pmu;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.firmware.OtherProcess;
import org.pmuconnector.pmu.manager.ManagerKey;

/** Unit, manager and client in three processes; the manager is killed and another one takes its place. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class SeparateManagerProcessTest {

    private static final long REGION_BYTES = 1 << 20;

    @TempDir
    Path folder;

    private final List<OtherProcess> processes = new ArrayList<>();
    private Path file;
    private OtherProcess unit;
    private String bridge;
    private String address;

    @BeforeEach
    void serve() throws Exception {
        file = folder.resolve("unit");
        Unit.format(file, 16 << 20);
        unit = start("serve", file.toString(), "--listen", "127.0.0.1:0", "--bridge-listen", "127.0.0.1:0");
        bridge = after(unit, "bridge at ");
        address = after(unit, "listening on ");
    }

    private OtherProcess start(String... command) throws Exception {
        OtherProcess process = OtherProcess.start(Pmu.class, command);
        processes.add(process);
        return process;
    }

    /** The rest of the first line that begins so; log lines may precede it. */
    private static String after(OtherProcess process, String prefix) throws IOException {
        List<String> seen = new ArrayList<>();
        for (String line = process.nextLine(); line != null; line = process.nextLine()) {
            if (line.startsWith(prefix)) {
                return line.substring(prefix.length());
            }
            seen.add(line);
        }
        throw new AssertionError("no line '" + prefix + "' in " + seen);
    }

    private OtherProcess manage(int expectedBoot) throws Exception {
        OtherProcess manager =
                start("manage", bridge, "--key", ManagerKey.fileOf(file).toString(), "--allow-anonymous");
        assertThat(after(manager, "managing ")).endsWith("boot " + expectedBoot);
        return manager;
    }

    @AfterEach
    void kill() throws Exception {
        for (OtherProcess process : processes) {
            process.kill();
        }
    }

    private RunningInstance instance(String name) throws PmuException {
        return new RunningInstance(
                name,
                Fabrics.of(
                        UnitAddress.parse("iwarp://" + address),
                        FabricOptions.defaults().withPollMicros(0)));
    }

    private static PendingSet update(int number) {
        return PendingSet.update(Integer.toString(number).getBytes(UTF_8), 0);
    }

    /** Connects and commits, again and again until it works: the unit has no manager for a while. */
    private static RegionConnection commitWhenManaged(Region region, int number) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            long seen = region.changes();
            try {
                RegionConnection connection = region.connect(null);
                try {
                    connection.commit(List.of(update(number)));
                    return connection;
                } catch (PmuException e) {
                    connection.close();
                    throw e;
                }
            } catch (PmuException e) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("the unit is not managed again", e);
                }
            }
            region.awaitChange(seen, Duration.ofMillis(20));
        }
    }

    @Test
    void manager_killedTimeAndAgain_theClientGoesOnWithTheNextOne() throws Exception {
        OtherProcess manager = manage(1);
        try (RunningInstance client = instance("a")) {
            Region region = client.region("orders", REGION_BYTES);
            int committed = 0;
            for (int boot = 1; boot <= 3; boot++) {
                try (RegionConnection connection = commitWhenManaged(region, ++committed)) {
                    for (int i = 0; i < 20; i++) {
                        connection.commit(List.of(update(++committed)));
                    }
                }
                manager.kill();
                manager = manage(boot + 1);
            }
            try (RegionConnection connection = commitWhenManaged(region, ++committed)) {
                List<CommittedSet> all = connection.recover();
                assertThat(all).hasSize(committed);
                for (int i = 0; i < committed; i++) {
                    assertThat(new String(all.get(i).payload(), UTF_8)).isEqualTo(Integer.toString(i + 1));
                    assertThat(all.get(i).epoch()).isEqualTo(Math.min(i / 21, 3) + 1);
                }
            }
        }
        // The unit's process was the same all the time, and ends as one should.
        unit.terminate();
    }

    @Test
    void manager_anotherIsStarted_theFirstEndsAndSaysWhy() throws Exception {
        OtherProcess first = manage(1);
        manage(2);
        assertThat(after(first, "pmu: ")).contains("PMU-102", "has ended");
        assertThat(first.await()).isEqualTo(1);
    }

    @Test
    void client_withoutAManager_isToldSo() throws Exception {
        OtherProcess status = start("status", "iwarp://" + address);
        assertThat(after(status, "pmu: ")).contains("PMU-101", "no manager", "pmu manage");
        assertThat(status.await()).isEqualTo(1);
        OtherProcess stranger =
                start("manage", bridge, "--key", folder.resolve("no.key").toString());
        assertThat(after(stranger, "pmu: ")).contains("PMU-504", "does not exist");
    }
}
