package org.pmuconnector.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.pmuconnector.daemon.PmuRun.pmu;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.log.BranchId;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/** An administrator looks at transaction branches in doubt, and decides. */
class SettleTest {

    private static final BranchId BRANCH = new BranchId(7, new byte[] {1}, new byte[] {2}, "writer");
    private static final String NAME = "7:01:02";

    @TempDir
    Path folder;

    private Path unit;
    private String address;

    /** Does something with the region's connection. */
    @FunctionalInterface
    private interface Use {
        void of(RegionConnection connection) throws Exception;
    }

    @BeforeEach
    void prepare() throws Exception {
        unit = folder.resolve("unit");
        address = "embedded:" + unit;
        assertThat(pmu("format", unit, "--size", "16m").exitCode()).isZero();
        with(connection -> {
            connection.commit(List.of(PendingSet.update("first".getBytes(UTF_8), 0)));
            connection.prepare(BRANCH, List.of(PendingSet.update("second".getBytes(UTF_8), 0)));
        });
    }

    private void with(Use use) throws Exception {
        try (EmbeddedFabric fabric = new EmbeddedFabric(UnitAddress.parse(address))) {
            Instance instance =
                    Instance.of(new InstanceSettings("writer", Duration.ofSeconds(20), Duration.ofSeconds(20)), fabric);
            Thread thread = new Thread(instance::run, "session");
            thread.start();
            try (RegionConnection connection = instance.region(
                            new RegionSettings("orders", true, 1 << 20, 0, PersistenceLevel.PERSISTENT, null))
                    .connect(null)) {
                use.of(connection);
            } finally {
                instance.close();
                thread.join();
            }
        }
    }

    private String inDoubt() {
        PmuRun run = pmu("log", address, "orders", "--in-doubt");
        assertThat(run.err()).isEmpty();
        return run.out();
    }

    @Test
    void settle_commit_isWrittenByTheNextPrimaryAndKeptUntilForgotten() throws Exception {
        assertThat(inDoubt()).contains(NAME, "writer", "in doubt", "6");

        PmuRun settled = pmu("settle", address, "orders", NAME, "commit");

        assertThat(settled.err()).isEmpty();
        assertThat(settled.out()).contains("decided: commit of branch " + NAME, "the next primary writes it");
        assertThat(inDoubt()).contains("commit decided by an administrator, not written yet");
        PmuRun other = pmu("settle", address, "orders", NAME, "rollback");
        assertThat(other.exitCode()).isEqualTo(1);
        assertThat(other.err()).contains("PMU-311", "decided already: commit");
        assertThat(pmu("export", address, "orders", folder.resolve("export")).err())
                .contains("PMU-302", "--in-doubt");
        with(connection -> {
            connection.commit(List.of(PendingSet.update("third".getBytes(UTF_8), 0)));
            assertThat(connection.recover())
                    .extracting(set -> new String(set.payload(), UTF_8))
                    .containsExactly("first", "second", "third");
            assertThat(catchThrowableOfType(PmuException.class, () -> connection.rollbackPrepared(BRANCH))
                            .code())
                    .isEqualTo(ErrorCode.BRANCH_COMMITTED);
        });
        assertThat(inDoubt()).contains("commit decided by an administrator, not forgotten");
        assertThat(pmu("log", address, "orders").out()).contains("HEURISTIC", "0 in doubt");
        assertThat(pmu("settle", address, "orders", NAME, "forget").out()).startsWith("forgotten");
        assertThat(inDoubt()).doesNotContain(NAME);
        assertThat(pmu("check", unit).out()).endsWith("clean\n");
    }

    @Test
    void settle_rollback_leavesNothing() throws Exception {
        assertThat(pmu("settle", address, "orders", NAME, "ROLLBACK", "--instance", "writer")
                        .exitCode())
                .isZero();

        with(connection -> {
            connection.commit(List.of(PendingSet.update("third".getBytes(UTF_8), 0)));
            assertThat(connection.recover())
                    .extracting(set -> new String(set.payload(), UTF_8))
                    .containsExactly("first", "third");
        });
    }

    @Test
    void settle_aClear_movesTheCursorAtOnce() throws Exception {
        BranchId clearing = new BranchId(7, new byte[] {3}, new byte[] {2}, "writer");
        with(connection -> {
            try (RegionConnection taker = connection.region().connect("audit")) {
                taker.prepareClear(clearing, taker.clearing(1));
            }
        });
        assertThat(inDoubt()).contains("7:03:02", "audit to 1");
        assertThat(pmu("export", address, "orders", folder.resolve("export")).err())
                .contains("--in-doubt");

        assertThat(pmu("settle", address, "orders", "7:03:02", "commit").exitCode())
                .isZero();

        assertThat(inDoubt()).contains("7:03:02", "commit decided").doesNotContain("audit to 1");
        assertThat(pmu("regions", address, "--json").out()).contains("audit@1");
        with(connection -> {
            assertThat(catchThrowableOfType(PmuException.class, () -> connection.settleClear(clearing, true))
                            .code())
                    .isEqualTo(ErrorCode.BRANCH_COMMITTED);
            assertThat(connection.inDoubt()).contains(clearing);
            connection.commit(List.of(PendingSet.update("third".getBytes(UTF_8), 0)));
            connection.forget(clearing);
            assertThat(connection.inDoubt()).doesNotContain(clearing);
        });
    }

    @Test
    void settle_whatIsNotThere_isRefused() {
        assertThat(pmu("settle", address, "orders", "7:01:03", "commit").err()).contains("PMU-310", "--in-doubt");
        assertThat(pmu("settle", address, "orders", NAME, "commit", "--instance", "other")
                        .err())
                .contains("PMU-310");
        assertThat(pmu("settle", address, "orders", NAME, "forget").err()).contains("PMU-310");
        PmuRun unknown = pmu("settle", address, "orders", NAME, "perhaps");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("perhaps", "COMMIT");
        assertThat(inDoubt()).contains(NAME, "in doubt");
    }
}
