package org.pmuconnector.ra.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ManagedConnection;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.ra.CheckpointActivationSpec;
import org.pmuconnector.ra.CheckpointManagedConnectionFactory;
import org.pmuconnector.ra.EmbeddedUnit;
import org.pmuconnector.ra.PmuResourceAdapter;
import org.pmuconnector.ra.TestServer;

/** For tests of an adapter that has been started, with a new unit for each. */
abstract class RunningAdapter {

    @RegisterExtension
    final EmbeddedUnit unit = new EmbeddedUnit();

    final TestServer server = new TestServer();
    final PmuResourceAdapter adapter = new PmuResourceAdapter();

    @BeforeEach
    void start() throws ResourceException {
        adapter.setUnitAddress(unit.address());
        adapter.setInstanceName("conformance");
        adapter.start(server);
    }

    @AfterEach
    void stop() {
        adapter.stop();
    }

    CheckpointManagedConnectionFactory factory(String region) throws ResourceException {
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setRegion(region);
        factory.setResourceAdapter(adapter);
        return factory;
    }

    CheckpointActivationSpec spec(String region) throws ResourceException {
        CheckpointActivationSpec spec = new CheckpointActivationSpec();
        spec.setRegion(region);
        spec.setPollIntervalMillis(5L);
        spec.setResourceAdapter(adapter);
        return spec;
    }

    ManagedConnection managed(String region) throws ResourceException {
        return factory(region).createManagedConnection(null, null);
    }

    static CheckpointConnection handle(ManagedConnection managed) throws ResourceException {
        return (CheckpointConnection) managed.getConnection(null, null);
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static List<String> texts(CheckpointConnection connection) throws CheckpointException {
        return connection.recover().stream()
                .map(checkpoint -> new String(checkpoint.payload(), UTF_8))
                .toList();
    }
}
