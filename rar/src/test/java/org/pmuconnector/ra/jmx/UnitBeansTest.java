package org.pmuconnector.ra.jmx;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.Region;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

class UnitBeansTest {

    private final MBeanServer server = MBeanServerFactory.newMBeanServer();

    /** It is never run: nothing asks a unit. */
    private static Instance instance(String name, String path) throws PmuException {
        InstanceSettings settings = new InstanceSettings(name, Duration.ofSeconds(1), Duration.ofSeconds(1));
        return Instance.of(
                settings,
                Fabrics.of(new UnitAddress(UnitAddress.Transport.EMBEDDED, null, 0, path), FabricOptions.defaults()));
    }

    private static Region region(Instance instance) throws PmuException {
        return instance.region(new RegionSettings("orders", true, 0, 0, null, null));
    }

    private List<ObjectName> ours() throws Exception {
        return List.copyOf(server.queryNames(new ObjectName("org.pmuconnector:*"), null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "a,b=c:d", "*?", "\"quoted\"", "back\\slash", "two\nlines", " ", "Zürich"})
    void names_withAnyCharacters_canBeRegisteredFoundAndRemoved(String odd) throws Exception {
        Instance instance = instance("i" + odd, "/units/" + odd);
        UnitBeans beans = UnitBeans.in(server, instance);
        beans.add(region(instance), () -> 3);

        ObjectName found = server.queryNames(new ObjectName("org.pmuconnector:type=Region,*"), null)
                .iterator()
                .next();
        assertThat(ObjectName.unquote(found.getKeyProperty("instance"))).isEqualTo("i" + odd);
        assertThat(ObjectName.unquote(found.getKeyProperty("unit"))).isEqualTo("embedded:/units/" + odd);
        assertThat(found.isPattern()).isFalse();
        assertThat(server.getAttribute(found, "InstanceName")).isEqualTo("i" + odd);
        assertThat(server.getAttribute(found, "PooledConnections")).isEqualTo(3);

        beans.close();
        assertThat(ours()).isEmpty();
    }

    @Test
    void everyAttribute_canBeReadBeforeThereIsASession() throws Exception {
        Instance instance = instance("a", "/nowhere");
        UnitBeans.in(server, instance).add(region(instance), () -> 0);

        for (ObjectName name : ours()) {
            for (var attribute : server.getMBeanInfo(name).getAttributes()) {
                assertThat(server.getAttribute(name, attribute.getName()))
                        .as("%s of %s", attribute.getName(), name)
                        .isNotNull();
            }
        }
        assertThat(ours()).hasSize(2);
    }

    @Test
    void close_ofOneThatFoundItsNamesTaken_leavesTheOthers() throws Exception {
        Instance first = instance("a", "/units/0");
        UnitBeans taken = UnitBeans.in(server, first);
        taken.add(region(first), () -> 1);
        Instance other = instance("a", "/units/0");
        UnitBeans refused = UnitBeans.in(server, other);
        refused.add(region(other), () -> 2);

        refused.close();

        assertThat(ours()).hasSize(2);
        assertThat(server.getAttribute(
                        new ObjectName(
                                "org.pmuconnector:type=Region,instance=\"a\",unit=\"embedded:/units/0\",region=\"orders\""),
                        "PooledConnections"))
                .isEqualTo(1);
        taken.close();
        assertThat(ours()).isEmpty();
    }

    @Test
    void close_somebodyElseHasUnregistered_goesOn() throws Exception {
        Instance instance = instance("a", "/units/0");
        UnitBeans beans = UnitBeans.in(server, instance);
        beans.add(region(instance), () -> 1);
        server.unregisterMBean(new ObjectName("org.pmuconnector:type=Unit,instance=\"a\",unit=\"embedded:/units/0\""));

        beans.close();
        beans.close();

        assertThat(ours()).isEmpty();
    }

    @Test
    void nowhere_registersNothing() throws Exception {
        Instance instance = instance("nowhere", "/units/nowhere");
        UnitBeans beans = UnitBeans.nowhere(instance);
        beans.add(region(instance), () -> 1);

        assertThat(ManagementFactory.getPlatformMBeanServer()
                        .queryNames(new ObjectName("org.pmuconnector:instance=\"nowhere\",*"), null))
                .isEmpty();
        beans.close();
    }
}
