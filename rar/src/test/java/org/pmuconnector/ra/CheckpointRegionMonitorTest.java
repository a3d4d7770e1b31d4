package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.ResourceException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.ErrorCategory;
import org.pmuconnector.checkpoint.RegionMonitor;
import org.pmuconnector.checkpoint.RegionRole;
import org.pmuconnector.checkpoint.RegionStatus;
import org.pmuconnector.model.ErrorCode;

/** What an application is told of a region. */
class CheckpointRegionMonitorTest {

    @RegisterExtension
    private final EmbeddedUnit unit = new EmbeddedUnit();

    private final TestServer server = new TestServer();
    private final PmuResourceAdapter adapter = new PmuResourceAdapter();

    @AfterEach
    void stop() {
        adapter.stop();
    }

    private void start() throws ResourceException {
        adapter.setUnitAddress(unit.address());
        adapter.setInstanceName("desk1");
        adapter.start(server);
    }

    private RegionMonitor monitor(String region) throws ResourceException {
        CheckpointRegionMonitor monitor = new CheckpointRegionMonitor();
        monitor.setRegion(region);
        monitor.setResourceAdapter(adapter);
        return monitor;
    }

    private CheckpointConnection connect() throws ResourceException {
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setRegion("orders");
        factory.setResourceAdapter(adapter);
        return (CheckpointConnection)
                factory.createManagedConnection(null, null).getConnection(null, null);
    }

    private static RegionStatus await(RegionMonitor monitor, Predicate<RegionStatus> wanted)
            throws CheckpointException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        RegionStatus found = monitor.status();
        while (!wanted.test(found)) {
            assertThat(System.nanoTime()).as("%s", found).isLessThan(deadline);
            found = monitor.status();
        }
        return found;
    }

    @Test
    void status_nothingUsesTheRegion_saysSoAndLeavesItUnused() throws Exception {
        start();

        assertThat(monitor("orders").status())
                .isEqualTo(new RegionStatus("orders", unit.address(), false, RegionRole.NONE, 0, "", Optional.empty()));

        assertThat(server.works()).as("threads, so units in use").isZero();
    }

    @Test
    void status_ofThePrimary_tellsEpochAndInstance() throws Exception {
        start();
        connect().append("a".getBytes(UTF_8));

        assertThat(monitor("orders").status())
                .isEqualTo(new RegionStatus(
                        "orders", unit.address(), true, RegionRole.PRIMARY, 1, "desk1", Optional.empty()));
        assertThat(monitor("trades").status())
                .isEqualTo(new RegionStatus("trades", unit.address(), true, RegionRole.NONE, 0, "", Optional.empty()));
    }

    @Test
    void status_ofAStandby_tellsHowFarItIsBehind() throws Exception {
        start();
        CheckpointActivationSpec spec = new CheckpointActivationSpec();
        spec.setRegion("orders");
        spec.setRole("STANDBY");
        spec.setResourceAdapter(adapter);
        RegionMonitor monitor = monitor("orders");
        adapter.endpointActivation(new TestEndpoints(), spec);

        RegionStatus status = await(monitor, seen -> seen.role() == RegionRole.STANDBY);

        assertThat(status.unitAnswers()).isTrue();
        assertThat(status.primaryInstance()).isEmpty();
        assertThat(status.unread()).hasValueSatisfying(unread -> {
            assertThat(unread.sets()).isZero();
            assertThat(unread.bytes()).isZero();
            assertThat(unread.millis()).isNotNegative();
        });
    }

    @Test
    void status_unitThatDoesNotAnswer_saysSo() throws Exception {
        adapter.setUnitAddress("iwarp://192.0.2.1:4791");
        adapter.start(server);
        CheckpointActivationSpec spec = new CheckpointActivationSpec();
        spec.setRegion("orders");
        spec.setResourceAdapter(adapter);
        adapter.endpointActivation(new TestEndpoints(), spec);

        RegionStatus status = await(monitor("orders"), seen -> seen.role() == RegionRole.JOINING);

        assertThat(status.unitAnswers()).isFalse();
        assertThat(status.epoch()).isZero();
    }

    @Test
    void status_unitOfItsOwn_isTheOneAsked() throws Exception {
        start();
        connect().append("a".getBytes(UTF_8));
        CheckpointRegionMonitor monitor = (CheckpointRegionMonitor) monitor("orders");
        monitor.setUnitAddress("iwarp://pmu2");

        assertThat(monitor.status().unitAddress()).isEqualTo("iwarp://pmu2:4791");
        assertThat(monitor.status().role()).isEqualTo(RegionRole.NONE);
    }

    @Test
    void status_withoutAServer_isOfTheProgramsConnections() throws Exception {
        CheckpointRegionMonitor monitor = new CheckpointRegionMonitor();
        monitor.setUnitAddress(unit.address());
        monitor.setRegion("orders");
        try (CheckpointConnection connection = PmuConnector.connect(unit.address(), "orders")) {
            connection.append("a".getBytes(UTF_8));
            assertThat(monitor.status().role()).isEqualTo(RegionRole.PRIMARY);
        }

        assertThat(monitor.status().role()).isEqualTo(RegionRole.NONE);
    }

    @Test
    void status_badConfiguration_saysWhich() throws Exception {
        start();

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> monitor("").status())
                .withMessageContaining("region")
                .satisfies(e -> assertThat(e.category()).isEqualTo(ErrorCategory.RECONFIGURE));
    }

    @Test
    void status_adapterNotRunning_isMisuse() throws Exception {
        start();
        adapter.stop();

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> monitor("orders").status())
                .satisfies(e -> assertThat(e.getErrorCode()).isEqualTo(ErrorCode.MISUSE.text()));
    }

    @Test
    void roles_ofApplicationsAndOfInstances_areTheSame() {
        assertThat(Arrays.stream(RegionRole.values()).map(Enum::name))
                .containsExactlyElementsOf(Arrays.stream(org.pmuconnector.instance.RegionRole.values())
                        .map(Enum::name)
                        .toList());
    }
}
