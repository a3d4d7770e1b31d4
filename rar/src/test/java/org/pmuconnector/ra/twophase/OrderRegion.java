package org.pmuconnector.ra.twophase;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.ManagedConnection;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAResource;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.ra.CheckpointManagedConnectionFactory;
import org.pmuconnector.ra.PmuResourceAdapter;

/** A region with orders, by the adapter as a server uses it. */
final class OrderRegion implements AutoCloseable {

    static final String NAME = "region";

    private final PmuResourceAdapter adapter = new PmuResourceAdapter();
    private final ManagedConnection managed;

    /**
     * Connects.
     *
     * @param retain what frees its room; empty for the default
     */
    OrderRegion(String unitAddress, String instanceName, String retain) throws Exception {
        start(adapter, unitAddress, instanceName);
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setResourceAdapter(adapter);
        factory.setRegion("orders");
        factory.setRegionSizeBytes(1L << 20);
        factory.setRetain(retain);
        managed = factory.createManagedConnection(null, null);
    }

    /** Without a server. */
    static void start(PmuResourceAdapter adapter, String unitAddress, String instanceName) throws ResourceException {
        adapter.setUnitAddress(unitAddress);
        adapter.setInstanceName(instanceName);
        // No work manager: the adapter has threads of its own then.
        adapter.start((BootstrapContext) Proxy.newProxyInstance(
                OrderRegion.class.getClassLoader(),
                new Class<?>[] {BootstrapContext.class},
                (proxy, method, args) -> null));
    }

    XAResource resource() throws Exception {
        return managed.getXAResource();
    }

    void write(int order) throws Exception {
        try (CheckpointConnection connection = handle()) {
            connection.append(String.valueOf(order).getBytes(StandardCharsets.UTF_8));
        }
    }

    List<Integer> orders() throws Exception {
        try (CheckpointConnection connection = handle()) {
            List<Integer> orders = new ArrayList<>();
            for (Checkpoint set : connection.recover()) {
                orders.add(Integer.valueOf(new String(set.payload(), StandardCharsets.UTF_8)));
            }
            return orders;
        }
    }

    private CheckpointConnection handle() throws Exception {
        return (CheckpointConnection) managed.getConnection(null, null);
    }

    @Override
    public void close() throws ResourceException {
        managed.destroy();
        adapter.stop();
    }
}
