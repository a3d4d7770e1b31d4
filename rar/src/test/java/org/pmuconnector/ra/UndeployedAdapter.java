package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.resource.spi.ManagedConnection;
import java.lang.management.ManagementFactory;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.pmuconnector.checkpoint.CheckpointConnection;

/** A deployment from start to stop, in whichever class loader it was loaded by. */
final class UndeployedAdapter {

    private UndeployedAdapter() {}

    /** Uses a unit, is watched meanwhile, and returns what was to be seen. */
    static String run(String unitAddress, String instanceName) throws Exception {
        TestServer server = new TestServer();
        PmuResourceAdapter adapter = new PmuResourceAdapter();
        adapter.setUnitAddress(unitAddress);
        adapter.setInstanceName(instanceName);
        adapter.start(server);
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setRegion("orders");
        factory.setResourceAdapter(adapter);
        ManagedConnection managed = factory.createManagedConnection(null, null);
        ((CheckpointConnection) managed.getConnection(null, null)).append("a".getBytes(UTF_8));
        StringBuilder seen = new StringBuilder();
        MBeanServer platform = ManagementFactory.getPlatformMBeanServer();
        for (ObjectName name : platform.queryNames(
                new ObjectName("org.pmuconnector:*,instance=" + ObjectName.quote(instanceName)), null)) {
            for (var attribute : platform.getMBeanInfo(name).getAttributes()) {
                seen.append(attribute.getName()).append('=');
                seen.append(platform.getAttribute(name, attribute.getName())).append('\n');
            }
        }
        managed.destroy();
        adapter.stop();
        if (server.awaitRunning(0) != 0) {
            throw new AssertionError("a thread goes on");
        }
        return seen.toString();
    }
}
