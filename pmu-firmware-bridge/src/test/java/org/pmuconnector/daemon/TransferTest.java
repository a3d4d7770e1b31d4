package org.pmuconnector.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.pmuconnector.daemon.PmuRun.pmu;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.CommittedSet;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.UnitAddress;

/** A region that is taken from one unit to another. */
class TransferTest {

    private static final long REGION_BYTES = 1 << 20;
    private static final BranchId BRANCH = new BranchId(7, new byte[] {1}, new byte[] {2}, "writer");

    @TempDir
    Path folder;

    private Path here;
    private Path there;
    private Path file;

    /** Does something with a region's connection. */
    @FunctionalInterface
    private interface Use {
        void of(RegionConnection connection) throws Exception;
    }

    @BeforeEach
    void format() {
        here = folder.resolve("here");
        there = folder.resolve("there");
        file = folder.resolve("orders.export");
        assertThat(pmu("format", here, "--size", "16m").exitCode()).isZero();
        assertThat(pmu("format", there, "--size", "16m").exitCode()).isZero();
    }

    private static void with(Path unit, String region, Use use) throws Exception {
        try (EmbeddedFabric fabric = new EmbeddedFabric(UnitAddress.parse("embedded:" + unit))) {
            Instance instance =
                    Instance.of(new InstanceSettings("writer", Duration.ofSeconds(20), Duration.ofSeconds(20)), fabric);
            Thread thread = new Thread(instance::run, "session");
            thread.start();
            try (RegionConnection connection = instance.region(
                            new RegionSettings(region, true, REGION_BYTES, 0, PersistenceLevel.PERSISTENT, null))
                    .connect(null)) {
                use.of(connection);
            } finally {
                instance.close();
                thread.join();
            }
        }
    }

    private static PendingSet update(String text) {
        return PendingSet.update(text.getBytes(UTF_8), 3);
    }

    /** More than the ring holds, with bases, and a branch in doubt. */
    private void fill() throws Exception {
        with(here, "orders", connection -> {
            for (int i = 0; i < 4000; i++) {
                String text = i + " " + "x".repeat(300);
                boolean base = i % 1000 == 999;
                connection.commit(List.of(
                        base
                                ? PendingSet.base(text.getBytes(UTF_8), 3, connection.committedSequence())
                                : update(text)));
            }
            connection.prepare(BRANCH, List.of(update("in doubt")));
            connection.commit(List.of(update("last")));
        });
    }

    @Test
    void exportAndImport_aRegionInItsFifthLap_keepsSetsSequencesAndBranches() throws Exception {
        fill();
        PmuRun exported = pmu("export", "embedded:" + here, "orders", file);
        assertThat(exported.err()).isEmpty();
        assertThat(exported.out()).contains("committed sequence 4001, 1 in doubt");

        PmuRun imported = pmu("import", "embedded:" + there, file, "--as", "copy");
        assertThat(imported.err()).isEmpty();
        assertThat(imported.out()).contains("imported region copy, 1 MiB, epoch 1");

        with(there, "copy", connection -> {
            List<CommittedSet> sets = connection.recover();
            assertThat(sets).hasSize(2);
            assertThat(new String(sets.get(0).payload(), UTF_8)).startsWith("3999 ");
            assertThat(sets.get(0).sequence()).isEqualTo(4000);
            assertThat(new String(sets.get(1).payload(), UTF_8)).isEqualTo("last");
            assertThat(sets.get(1).payloadVersion()).isEqualTo(3);
            assertThat(connection.inDoubt()).containsExactly(BRANCH);
            connection.commitPrepared(BRANCH);
            assertThat(connection.committedSequence()).isEqualTo(4002);
            assertThat(connection.commit(List.of(update("more")))).isEqualTo(4003);
        });
        assertThat(pmu("check", there).out()).endsWith("clean\n");
    }

    @Test
    void import_aRegionOfThatNameExists_isRefused() throws Exception {
        fill();
        assertThat(pmu("export", "embedded:" + here, "orders", file).exitCode()).isZero();
        PmuRun again = pmu("import", "embedded:" + here, file);
        assertThat(again.exitCode()).isEqualTo(1);
        assertThat(again.err()).contains("PMU-302", "region orders exists", "another name");
    }

    @Test
    void export_fileExists_isLeftAsItIs() throws Exception {
        fill();
        Files.writeString(file, "mine");
        PmuRun refused = pmu("export", "embedded:" + here, "orders", file);
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("exists and is not overwritten");
        assertThat(file).hasContent("mine");
    }

    @Test
    void import_fileDamagedOrCutAnywhere_saysSoAndLeavesNothing() throws Exception {
        with(here, "orders", connection -> connection.commit(List.of(update("a"), update("b"))));
        assertThat(pmu("export", "embedded:" + here, "orders", file).exitCode()).isZero();
        byte[] whole = Files.readAllBytes(file);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 40; i++) {
            byte[] damaged = whole.clone();
            int at = random.nextInt(whole.length);
            if (i % 2 == 0) {
                damaged = Arrays.copyOf(whole, at);
            } else {
                damaged[at] ^= (byte) (1 << random.nextInt(8));
            }
            Files.write(file, damaged);
            PmuRun refused = pmu("import", "embedded:" + there, file);
            String context = "seed " + seed + ", " + (i % 2 == 0 ? "cut at " : "flipped at ") + at + ": " + refused;
            assertThat(refused.exitCode()).as(context).isEqualTo(1);
            assertThat(refused.err()).as(context).startsWith("pmu: PMU-").hasLineCount(1);
            assertThat(pmu("regions", "embedded:" + there, "--json").out().replaceAll("\\s", ""))
                    .as(context)
                    .isEqualTo("[]");
        }
        Files.write(file, whole);
        assertThat(pmu("import", "embedded:" + there, file).exitCode()).isZero();
    }

    @Test
    void growAndDelete_byCommand_doAsTheySay() throws Exception {
        with(here, "orders", connection -> connection.commit(List.of(update("a"))));
        PmuRun grown = pmu("grow", "embedded:" + here, "orders", "2500k");
        assertThat(grown.out()).contains("3 MiB: grown to 3145728 bytes");
        with(here, "orders", connection -> {
            assertThat(connection.recover()).hasSize(1);
            connection.commit(List.of(update("b")));
        });
        assertThat(pmu("regions", "embedded:" + here).out()).contains("3145728");
        assertThat(pmu("delete", "embedded:" + here, "orders", "--force").out()).isEqualTo("deleted region orders\n");
        assertThat(pmu("delete", "embedded:" + here, "orders").err()).contains("PMU-301");
        assertThat(pmu("check", here).out()).endsWith("clean\n");
    }
}
