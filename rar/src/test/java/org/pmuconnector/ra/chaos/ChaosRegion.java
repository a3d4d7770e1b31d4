package org.pmuconnector.ra.chaos;

import jakarta.resource.ResourceException;
import org.pmuconnector.ra.CheckpointManagedConnectionFactory;
import org.pmuconnector.ra.PmuResourceAdapter;
import org.pmuconnector.ra.TestServer;

/** The region that everybody uses, by an adapter of this process's own. */
final class ChaosRegion {

    static final String NAME = "orders";

    /** So short that bases have to free it, time and again. */
    static final long SIZE_BYTES = 8L << 20;

    private static final long CONNECT_TIMEOUT_MILLIS = 1_000;

    private ChaosRegion() {}

    /** An adapter that is running. */
    static PmuResourceAdapter adapter(
            String unitAddress, String user, String password, String instance, long operationTimeoutMillis)
            throws ResourceException {
        PmuResourceAdapter adapter = new PmuResourceAdapter();
        adapter.setUnitAddress(unitAddress);
        adapter.setUser(user);
        adapter.setPassword(password);
        adapter.setInstanceName(instance);
        adapter.setConnectTimeoutMillis(CONNECT_TIMEOUT_MILLIS);
        adapter.setOperationTimeoutMillis(operationTimeoutMillis);
        adapter.start(new TestServer());
        return adapter;
    }

    /** Makes connections of that adapter. */
    static CheckpointManagedConnectionFactory factory(PmuResourceAdapter adapter) throws ResourceException {
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setResourceAdapter(adapter);
        factory.setRegion(NAME);
        factory.setRegionSizeBytes(SIZE_BYTES);
        return factory;
    }
}
