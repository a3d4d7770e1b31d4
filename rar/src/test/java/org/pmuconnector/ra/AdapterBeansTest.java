package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ManagedConnection;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.NotPrimaryException;

/** What a running adapter shows in the platform's MBean server. */
class AdapterBeansTest {

    private static final MBeanServer PLATFORM = ManagementFactory.getPlatformMBeanServer();

    @RegisterExtension
    private final EmbeddedUnit unit = new EmbeddedUnit();

    private final TestServer server = new TestServer();
    private final TestEndpoints endpoints = new TestEndpoints();
    private final PmuResourceAdapter adapter = new PmuResourceAdapter();
    private final PmuResourceAdapter second = new PmuResourceAdapter();

    @AfterEach
    void stop() {
        second.stop();
        adapter.stop();
    }

    private void start(PmuResourceAdapter started) throws ResourceException {
        started.setUnitAddress(unit.address());
        started.setInstanceName("adapter");
        started.start(server);
    }

    private ManagedConnection managed(String region) throws ResourceException {
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setRegion(region);
        factory.setResourceAdapter(adapter);
        return factory.createManagedConnection(null, null);
    }

    private static CheckpointConnection connect(ManagedConnection managed) throws ResourceException {
        return (CheckpointConnection) managed.getConnection(null, null);
    }

    private static CheckpointActivationSpec spec(PmuResourceAdapter of, String role) throws ResourceException {
        CheckpointActivationSpec spec = new CheckpointActivationSpec();
        spec.setRegion("orders");
        spec.setRole(role);
        spec.setPollIntervalMillis(5L);
        spec.setResourceAdapter(of);
        return spec;
    }

    private Set<ObjectName> shown() throws JMException {
        return PLATFORM.queryNames(new ObjectName("org.pmuconnector:*,unit=" + ObjectName.quote(unit.address())), null);
    }

    private ObjectName name(String type, String more) throws JMException {
        return new ObjectName("org.pmuconnector:type=" + type + ",instance=\"adapter\",unit="
                + ObjectName.quote(unit.address()) + more);
    }

    private Object ofRegion(String attribute) throws JMException {
        return PLATFORM.getAttribute(name("Region", ",region=\"orders\""), attribute);
    }

    private Object ofUnit(String attribute) throws JMException {
        return PLATFORM.getAttribute(name("Unit", ""), attribute);
    }

    private Object awaitOfRegion(String attribute, Predicate<Object> wanted) throws JMException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        Object found = ofRegion(attribute);
        while (!wanted.test(found)) {
            assertThat(System.nanoTime()).as("%s is %s", attribute, found).isLessThan(deadline);
            found = ofRegion(attribute);
        }
        return found;
    }

    @Test
    void beans_comeWithTheFirstUseAndGoWithStop() throws Exception {
        start(adapter);
        assertThat(shown()).isEmpty();

        managed("orders");
        managed("trades");
        assertThat(shown())
                .containsExactlyInAnyOrder(
                        name("Unit", ""), name("Region", ",region=\"orders\""), name("Region", ",region=\"trades\""));

        adapter.stop();
        assertThat(shown()).isEmpty();
        start(adapter);
        managed("orders");
        assertThat(shown()).hasSize(2);
    }

    @Test
    void regionBean_valuesMoveWithCommits() throws Exception {
        start(adapter);
        ManagedConnection managed = managed("orders");
        assertThat(ofRegion("Role")).isEqualTo("NONE");
        assertThat(ofRegion("Commits")).isEqualTo(0L);
        assertThat(ofRegion("CommitLatencyMaxMicros")).isEqualTo(0.0);

        connect(managed).append("a".getBytes(UTF_8));
        connect(managed).append("b".getBytes(UTF_8));
        connect(managed).overwrite("ab".getBytes(UTF_8));

        assertThat(ofRegion("Role")).isEqualTo("PRIMARY");
        assertThat(ofRegion("Epoch")).isEqualTo(1L);
        assertThat(ofRegion("Takeovers")).isEqualTo(1L);
        for (String part : List.of("", "Fence", "Read", "Deliver")) {
            assertThat(ofRegion("LastTakeover" + part + "Micros"))
                    .as("there is no activation that has taken over")
                    .isEqualTo(-1L);
        }
        assertThat(ofRegion("LastTakeoverSets")).isEqualTo(-1L);
        assertThat(ofRegion("Commits")).isEqualTo(3L);
        assertThat(ofRegion("Sets")).isEqualTo(3L);
        assertThat((long) ofRegion("Bytes")).isGreaterThan(3 * 64);
        assertThat(ofRegion("CommitLatencyCount")).isEqualTo(3L);
        double median = (double) ofRegion("CommitLatencyP50Micros");
        double max = (double) ofRegion("CommitLatencyMaxMicros");
        assertThat(median).isPositive().isLessThanOrEqualTo((double) ofRegion("CommitLatencyP99Micros"));
        assertThat((double) ofRegion("CommitLatencyP99Micros")).isLessThanOrEqualTo(max);
        assertThat((double) ofRegion("CommitLatencyMeanMicros")).isPositive().isLessThanOrEqualTo(max);
        assertThat(ofRegion("LagSets")).isEqualTo(-1L);
        assertThat(ofRegion("RejectedWrites")).isEqualTo(0L);
        assertThat(ofRegion("LastFailureTime")).isEqualTo("");
    }

    @Test
    void regionBean_countsTheConnectionsThatAPoolHolds() throws Exception {
        start(adapter);
        ManagedConnection first = managed("orders");
        ManagedConnection other = managed("orders");
        assertThat(ofRegion("PooledConnections")).isEqualTo(2);

        first.destroy();
        first.destroy();
        assertThat(ofRegion("PooledConnections")).isEqualTo(1);
        other.destroy();
        assertThat(ofRegion("PooledConnections")).isEqualTo(0);
    }

    @Test
    void regionBean_ofAStandby_tellsItsRoleItsLagAndWhatItRefused() throws Exception {
        start(adapter);
        adapter.endpointActivation(endpoints, spec(adapter, "STANDBY"));
        awaitOfRegion("Role", "STANDBY"::equals);
        CheckpointConnection connection = connect(managed("orders"));

        assertThatExceptionOfType(NotPrimaryException.class).isThrownBy(() -> connection.append("a".getBytes(UTF_8)));

        assertThat(ofRegion("Activations")).isEqualTo(1);
        assertThat(ofRegion("LagSets")).isEqualTo(0L);
        assertThat(ofRegion("LagBytes")).isEqualTo(0L);
        assertThat((long) ofRegion("LagMillis")).isNotNegative();
        assertThat(ofRegion("RejectedWrites")).isEqualTo(1L);
        assertThat(ofRegion("LastFailure").toString()).contains("not the primary of region 'orders'");
        assertThat(ofRegion("LastFailureTime").toString()).endsWith("Z");
    }

    @Test
    void unitBean_tellsOfTheSession() throws Exception {
        start(adapter);
        managed("orders");

        assertThat(ofUnit("SessionUp")).isEqualTo(true);
        assertThat(ofUnit("BootNumber")).isEqualTo(1L);
        assertThat((long) ofUnit("LeaseMillis")).isPositive();
        assertThat(ofUnit("Reconnects")).isEqualTo(0L);
        assertThat(ofUnit("Fencings")).isEqualTo(0L);
        assertThat(ofUnit("LastFailure")).isEqualTo("");
        assertThat(ofUnit("LastFailureTime")).isEqualTo("");
    }

    @Test
    void twoAdapters_ofTheSameNames_bothRunAndTheFirstIsShown() throws Exception {
        start(adapter);
        start(second);
        connect(managed("orders")).append("a".getBytes(UTF_8));

        second.units().attach(spec(second, "STANDBY"));
        assertThat(shown()).hasSize(2);
        second.stop();

        assertThat(shown()).hasSize(2);
        assertThat(ofRegion("Commits")).isEqualTo(1L);
    }

    @Test
    void unit_serverGivesNoThread_leavesNoBean() throws Exception {
        start(adapter);
        server.refuseWork();

        assertThatExceptionOfType(ResourceException.class).isThrownBy(() -> managed("orders"));

        assertThat(shown()).isEmpty();
    }
}
