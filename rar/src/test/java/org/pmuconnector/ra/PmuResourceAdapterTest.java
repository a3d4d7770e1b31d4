package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.NotSupportedException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.IllegalStateException;
import jakarta.resource.spi.InvalidPropertyException;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ResourceAdapterInternalException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.NotPrimaryException;
import org.pmuconnector.checkpoint.PayloadTooLargeException;
import org.pmuconnector.checkpoint.RegionFullException;
import org.pmuconnector.checkpoint.RegionUnknownException;
import org.pmuconnector.checkpoint.UnitDamagedException;
import org.pmuconnector.checkpoint.UnitInUseException;
import org.pmuconnector.checkpoint.UnitUnreachableException;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;

/** The adapter's life and its activations, on a real unit in this process: Connectors 5.3 and 13.4. */
class PmuResourceAdapterTest {

    @RegisterExtension
    private final EmbeddedUnit unit = new EmbeddedUnit();

    private final TestServer server = new TestServer();
    private final PmuResourceAdapter adapter = new PmuResourceAdapter();
    private final TestEndpoints endpoints = new TestEndpoints();

    @AfterEach
    void stop() {
        adapter.stop();
    }

    private void start() throws ResourceException {
        adapter.setUnitAddress(unit.address());
        adapter.setInstanceName("adapter");
        adapter.start(server);
    }

    private CheckpointManagedConnectionFactory factory(String region) throws ResourceException {
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setRegion(region);
        factory.setResourceAdapter(adapter);
        return factory;
    }

    private CheckpointActivationSpec spec(String region) throws ResourceException {
        CheckpointActivationSpec spec = new CheckpointActivationSpec();
        spec.setRegion(region);
        spec.setPollIntervalMillis(5L);
        spec.setResourceAdapter(adapter);
        return spec;
    }

    private static CheckpointConnection connect(ManagedConnection managed) throws ResourceException {
        return (CheckpointConnection) managed.getConnection(null, null);
    }

    private static ManagedConnection managed(CheckpointManagedConnectionFactory factory) throws ResourceException {
        return factory.createManagedConnection(null, null);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void start_badConfiguration_isRefusedAndSaysWhich() {
        adapter.setUnitAddress("ftp://elsewhere");

        assertThatExceptionOfType(ResourceAdapterInternalException.class)
                .isThrownBy(() -> adapter.start(server))
                .withMessageContaining("ftp://elsewhere")
                .satisfies(e -> assertThat(e.getErrorCode()).isEqualTo(ErrorCode.BAD_ADDRESS.text()));
    }

    @Test
    void start_twice_isRefusedAndStopTwiceIsNot() throws Exception {
        start();

        assertThatExceptionOfType(ResourceAdapterInternalException.class).isThrownBy(() -> adapter.start(server));
        adapter.stop();
        adapter.stop();
        adapter.start(server);
    }

    @Test
    void start_only_usesNoThreadAndNoUnit() throws Exception {
        start();

        assertThat(server.works()).isZero();
        try (Unit free = Unit.open(unit.path(), UnitOptions.defaults())) {
            assertThat(free).isNotNull();
        }
    }

    @Test
    void beforeStart_everything_isRefused() throws Exception {
        CheckpointManagedConnectionFactory factory = factory("orders");
        factory.setUnitAddress(unit.address());

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> managed(factory))
                .withMessageContaining("not started");
        CheckpointActivationSpec spec = spec("orders");
        spec.setUnitAddress(unit.address());
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> adapter.endpointActivation(endpoints, spec));
    }

    @Test
    void connection_writes_areThereForTheNextConnection() throws Exception {
        start();
        ManagedConnection first = managed(factory("orders"));
        ManagedConnection second = managed(factory("orders"));

        connect(first).append(bytes("a"));
        XAResource xa = second.getXAResource();
        xa.start(new TestXid(1), XAResource.TMNOFLAGS);
        connect(second).append(bytes("b"));
        connect(second).append(bytes("c"));
        xa.end(new TestXid(1), XAResource.TMSUCCESS);
        assertThat(connect(first).recover()).hasSize(1);
        xa.prepare(new TestXid(1));
        assertThat(connect(first).recover()).hasSize(1);
        first.getXAResource().commit(new TestXid(1), false);

        assertThat(connect(first).recover()).hasSize(3);
        assertThat(connect(second).poll(10)).hasSize(3);
        assertThat(connect(second).committedSequence()).isEqualTo(3);
        assertThat(server.works()).isEqualTo(1);
    }

    @Test
    void stop_connectionsAndActivationOpen_freesUnitAndThreads() throws Exception {
        start();
        ManagedConnection connection = managed(factory("orders"));
        adapter.endpointActivation(endpoints, spec("trades"));
        assertThat(endpoints.nextDeliveries(1)).containsExactly("primary 1");
        assertThat(server.awaitRunning(2)).isEqualTo(2);

        adapter.stop();

        assertThat(server.awaitRunning(0)).isZero();
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> connect(connection).committedSequence());
        connection.destroy();
        try (Unit free = Unit.open(unit.path(), UnitOptions.defaults())) {
            assertThat(free).isNotNull();
        }
    }

    @Test
    void recovery_preparedBeforeARestart_isFoundAndSettledThroughTheAdapter() throws Exception {
        start();
        ManagedConnection connection = managed(factory("orders"));
        XAResource xa = connection.getXAResource();
        xa.start(new TestXid(1), XAResource.TMNOFLAGS);
        connect(connection).append(bytes("a"));
        xa.end(new TestXid(1), XAResource.TMSUCCESS);
        xa.prepare(new TestXid(1));
        adapter.stop();

        adapter.start(server);
        XAResource[] resources = adapter.getXAResources(new ActivationSpec[] {spec("orders"), spec("orders")});
        assertThat(resources).hasSize(1);
        javax.transaction.xa.Xid[] found = resources[0].recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN);
        assertThat(found).hasSize(1);
        resources[0].commit(found[0], false);

        assertThat(resources[0].recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN))
                .isEmpty();
        assertThat(connect(managed(factory("orders"))).recover()).hasSize(1);
    }

    @Test
    void activation_coldStart_deliversWhatIsThereAndBecomesPrimary() throws Exception {
        start();
        ManagedConnection connection = managed(factory("orders"));
        connect(connection).append(bytes("a"));
        connect(connection).append(bytes("b"));
        connection.destroy();
        adapter.stop();
        adapter.start(server);

        adapter.endpointActivation(endpoints, spec("orders"));

        assertThat(endpoints.nextDeliveries(3)).containsExactly("UPDATE 1 a", "UPDATE 2 b", "primary 2");
        assertThat(endpoints.terms.get(0).isValid()).isTrue();
        assertThat(endpoints.terms.get(0).inDoubt()).isEmpty();
        connect(managed(factory("orders"))).append(bytes("c"));
    }

    @Test
    void activation_endpointNotThereYet_isTriedAgain() throws Exception {
        start();
        endpoints.unavailable(3);

        adapter.endpointActivation(endpoints, spec("orders"));

        assertThat(endpoints.nextDeliveries(1)).containsExactly("primary 1");
    }

    @Test
    void activation_listenerFails_isCalledAgainWithTheSame() throws Exception {
        start();
        connect(managed(factory("orders"))).append(bytes("a"));
        adapter.stop();
        adapter.start(server);
        endpoints.failNext(new java.lang.IllegalStateException("made to fail"));

        adapter.endpointActivation(endpoints, spec("orders"));

        assertThat(endpoints.nextDeliveries(3)).containsExactly("UPDATE 1 a", "UPDATE 1 a", "primary 2");
    }

    @Test
    void activation_standbyOnly_neverBecomesPrimaryAndRefusesWrites() throws Exception {
        start();
        connect(managed(factory("orders"))).append(bytes("a"));
        adapter.stop();
        adapter.start(server);
        CheckpointActivationSpec spec = spec("orders");
        spec.setRole("standby");

        adapter.endpointActivation(endpoints, spec);

        assertThat(endpoints.nextDeliveries(1)).containsExactly("UPDATE 1 a");
        CheckpointConnection connection = connect(managed(factory("orders")));
        assertThatExceptionOfType(NotPrimaryException.class).isThrownBy(() -> connection.append(bytes("b")));
        assertThat(connection.recover()).hasSize(1);
    }

    @Test
    void deactivation_activated_endsItsThreadAndLetsTheNextOneIn() throws Exception {
        start();
        CheckpointActivationSpec spec = spec("orders");
        adapter.endpointActivation(endpoints, spec);
        assertThat(endpoints.nextDeliveries(1)).containsExactly("primary 1");
        assertThat(server.awaitRunning(2)).isEqualTo(2);

        adapter.endpointDeactivation(endpoints, spec);
        adapter.endpointDeactivation(endpoints, spec);

        assertThat(server.awaitRunning(1)).isEqualTo(1);
        assertThat(endpoints.rest()).containsExactly("after", "release");
        TestEndpoints next = new TestEndpoints();
        adapter.endpointActivation(next, spec);
        assertThat(next.nextDeliveries(1)).containsExactly("primary 2");
    }

    @Test
    void activation_badSpec_isRefusedBeforeAnythingStarts() throws Exception {
        start();
        CheckpointActivationSpec spec = spec("orders");
        spec.setRole("BOSS");

        assertThatExceptionOfType(InvalidPropertyException.class)
                .isThrownBy(() -> adapter.endpointActivation(endpoints, spec))
                .withMessageContainingAll("role", "BOSS", "STANDBY");
        assertThatExceptionOfType(NotSupportedException.class)
                .isThrownBy(() -> adapter.endpointActivation(endpoints, null));
        assertThat(server.works()).isZero();
    }

    @Test
    void activation_serverGivesNoThread_isRefusedAndLeavesNothing() throws Exception {
        start();
        server.refuseWork();

        assertThatExceptionOfType(ResourceException.class)
                .isThrownBy(() -> adapter.endpointActivation(endpoints, spec("orders")))
                .withMessageContaining("no thread");
        try (Unit free = Unit.open(unit.path(), UnitOptions.defaults())) {
            assertThat(free).isNotNull();
        }
    }

    @Test
    void activation_unitNotFormattedYet_startsWhenItIs(@TempDir Path folder) throws Exception {
        start();
        Path later = folder.resolve("later");
        CheckpointActivationSpec spec = spec("orders");
        spec.setUnitAddress("embedded:" + later);
        adapter.endpointActivation(endpoints, spec);
        CheckpointManagedConnectionFactory factory = factory("orders");
        factory.setUnitAddress("embedded:" + later);
        assertThatExceptionOfType(UnitDamagedException.class)
                .isThrownBy(() -> managed(factory))
                .withMessageContaining("later");

        Unit.format(later, 256L << 20);

        assertThat(endpoints.nextDeliveries(1)).containsExactly("primary 1");
        adapter.stop();
    }

    @Test
    void connection_nobodyAnswers_isUnreachable() throws Exception {
        start();
        CheckpointManagedConnectionFactory factory = factory("orders");
        factory.setUnitAddress("iwarp://127.0.0.1:1");

        assertThatExceptionOfType(UnitUnreachableException.class)
                .isThrownBy(() -> managed(factory))
                .withMessageContaining("127.0.0.1:1");
    }

    @Test
    void connection_fileIsNoUnit_isSaidSo(@TempDir Path folder) throws Exception {
        start();
        Path text = Files.writeString(folder.resolve("text"), "x".repeat(100_000));
        CheckpointManagedConnectionFactory factory = factory("orders");
        factory.setUnitAddress("embedded:" + text);

        assertThatExceptionOfType(UnitDamagedException.class)
                .isThrownBy(() -> managed(factory))
                .withMessageContaining("text")
                .satisfies(e -> assertThat(e.getErrorCode()).isEqualTo(ErrorCode.UNIT_NOT_FORMATTED.text()));
    }

    @Test
    void connection_unitInUse_namesTheOwner() throws Exception {
        start();
        try (Unit used = Unit.open(unit.path(), UnitOptions.defaults())) {
            assertThat(used).isNotNull();

            assertThatExceptionOfType(UnitInUseException.class)
                    .isThrownBy(() -> managed(factory("orders")))
                    .withMessageContaining(Long.toString(ProcessHandle.current().pid()));
        }
    }

    @Test
    void connection_regionUnknown_isNotMadeUnlessAskedFor() throws Exception {
        start();
        CheckpointManagedConnectionFactory factory = factory("nowhere");
        factory.setCreateRegion(false);

        assertThatExceptionOfType(RegionUnknownException.class)
                .isThrownBy(() -> managed(factory))
                .withMessageContaining("nowhere");
        managed(factory("nowhere")).destroy();
        managed(factory).destroy();
    }

    @Test
    void connection_regionOfAnotherSize_isAMismatch() throws Exception {
        start();
        CheckpointManagedConnectionFactory small = factory("orders");
        small.setRegionSizeBytes(1L << 20);
        managed(small).destroy();
        managed(factory("orders")).destroy();
        CheckpointManagedConnectionFactory large = factory("orders");
        large.setRegionSizeBytes(2L << 20);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> managed(large))
                .satisfies(e -> assertThat(e.getErrorCode())
                        .isIn(ErrorCode.BAD_CONFIGURATION.text(), ErrorCode.REGION_MISMATCH.text()))
                .withMessageContainingAll("orders", "1048576", "2097152");
    }

    @Test
    void write_tooLargeOrNoRoom_isRefusedAndTheConnectionStays() throws Exception {
        start();
        CheckpointManagedConnectionFactory small = factory("small");
        small.setRegionSizeBytes(256L << 10);
        CheckpointConnection connection = connect(managed(small));

        assertThatExceptionOfType(PayloadTooLargeException.class)
                .isThrownBy(() -> connection.append(new byte[1 << 20]))
                .satisfies(
                        e -> assertThat(e.durability()).isEqualTo(org.pmuconnector.checkpoint.Durability.NOT_WRITTEN));
        assertThatExceptionOfType(RegionFullException.class)
                .isThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        connection.append(new byte[8 << 10]);
                    }
                })
                .satisfies(
                        e -> assertThat(e.durability()).isEqualTo(org.pmuconnector.checkpoint.Durability.NOT_WRITTEN));
        connection.overwrite(bytes("base"));
        connection.append(new byte[8 << 10]);
        assertThat(connection.recover()).hasSize(2);
    }

    @Test
    void factory_noUnitNamedAnywhere_saysWhereToNameOne() throws Exception {
        adapter.start(server);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> managed(factory("orders")))
                .withMessageContaining("unitAddress");
    }
}
