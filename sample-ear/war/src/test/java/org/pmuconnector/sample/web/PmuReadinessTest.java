package org.pmuconnector.sample.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.DynamicMBean;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class PmuReadinessTest {

    private final MBeanServer server = MBeanServerFactory.newMBeanServer();

    /** A bean of the adapter's as far as it is read. */
    private record Shown(Map<String, Object> values) implements DynamicMBean {
        @Override
        public Object getAttribute(String attribute) {
            return values.get(attribute);
        }

        @Override
        public void setAttribute(Attribute attribute) {
            throw new UnsupportedOperationException();
        }

        @Override
        public AttributeList getAttributes(String[] attributes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public AttributeList setAttributes(AttributeList attributes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Object invoke(String name, Object[] parameters, String[] signature) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MBeanInfo getMBeanInfo() {
            return new MBeanInfo(Shown.class.getName(), "", null, null, null, null);
        }
    }

    private void unit(String address, boolean up) throws Exception {
        server.registerMBean(
                new Shown(Map.of("UnitAddress", address, "SessionUp", up)),
                new ObjectName("org.pmuconnector:type=Unit,unit=" + ObjectName.quote(address)));
    }

    private void region(String name, String role, int activations) throws Exception {
        server.registerMBean(
                new Shown(Map.of("RegionName", name, "Role", role, "Activations", activations)),
                new ObjectName("org.pmuconnector:type=Region,region=" + ObjectName.quote(name)));
    }

    private HealthCheckResponse answer() {
        return new PmuReadiness(server).call();
    }

    @Test
    void call_unitsAnswerAndRegionsAreServed_isUp() throws Exception {
        unit("iwarp://one:4791", true);
        region("orders", "PRIMARY", 1);
        region("trades", "STANDBY", 1);
        region("ledger", "NONE", 0);

        HealthCheckResponse answer = answer();

        assertThat(answer.getStatus()).isEqualTo(Status.UP);
        assertThat(answer.getName()).isEqualTo("pmu-connector");
        assertThat(answer.getData())
                .contains(
                        Map.of("unit iwarp://one:4791", "UP", "region orders", "PRIMARY", "region trades", "STANDBY"));
    }

    @Test
    void call_oneUnitDoesNotAnswer_isDown() throws Exception {
        unit("iwarp://one:4791", true);
        unit("iwarp://two:4791", false);

        assertThat(answer().getStatus()).isEqualTo(Status.DOWN);
        assertThat(answer().getData().orElseThrow()).containsEntry("unit iwarp://two:4791", "DOWN");
    }

    @Test
    void call_aRegionIsNotReadYet_isDown() throws Exception {
        unit("iwarp://one:4791", true);
        region("orders", "JOINING", 1);

        assertThat(answer().getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void call_noAdapter_isDown() {
        assertThat(answer().getStatus()).isEqualTo(Status.DOWN);
    }
}
