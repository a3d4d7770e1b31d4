package org.pmuconnector.ra.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.resource.Referenceable;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.ManagedConnection;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.naming.Reference;
import org.junit.jupiter.api.Test;
import org.pmuconnector.checkpoint.RegionMonitor;
import org.pmuconnector.ra.CheckpointActivationSpec;
import org.pmuconnector.ra.CheckpointRegionMonitor;
import org.pmuconnector.ra.Copies;
import org.pmuconnector.ra.TestEndpoints;

/** Message Inflow. */
class InflowConformanceTest extends RunningAdapter {

    private static final int ENDPOINTS = 4;
    private static final long SMALL_REGION_BYTES = 1 << 20;
    private static final long PATIENCE_SECONDS = 60;

    @Section("13.4.2.3")
    @Test
    void administeredObject_storedAndTakenFromANamingService_worksOnceAssociated() throws Exception {
        CheckpointRegionMonitor monitor = new CheckpointRegionMonitor();
        monitor.setRegion("orders");
        monitor.setResourceAdapter(adapter);
        Reference reference = new Reference("some.Class");
        monitor.setReference(reference);
        assertThat(monitor.getReference()).isSameAs(reference);
        assertThat(RegionMonitor.class)
                .isInterface()
                .isAssignableTo(Serializable.class)
                .isAssignableTo(Referenceable.class);

        CheckpointRegionMonitor copy = Copies.serialized(monitor);
        copy.setResourceAdapter(adapter);

        assertThat(copy.status()).isEqualTo(monitor.status());
    }

    @Section("13.4.7")
    @Test
    void activations_concurrent_allTakeEffectAndEnd() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(ENDPOINTS);
        try {
            List<Callable<List<String>>> calls = new ArrayList<>();
            for (int place = 0; place < ENDPOINTS; place++) {
                TestEndpoints endpoints = new TestEndpoints();
                CheckpointActivationSpec spec = spec("region-" + place);
                spec.setRegionSizeBytes(SMALL_REGION_BYTES);
                calls.add(() -> {
                    adapter.endpointActivation(endpoints, spec);
                    List<String> told = endpoints.nextDeliveries(1);
                    adapter.endpointDeactivation(endpoints, spec);
                    return told;
                });
            }
            for (Future<List<String>> told : threads.invokeAll(calls, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                assertThat(told.get()).containsExactly("primary 1");
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(server.awaitRunning(1)).as("the session alone").isEqualTo(1);
    }

    @Section("13.4.9")
    @Test
    void activations_alike_eachGetsEverything() throws Exception {
        TestEndpoints one = new TestEndpoints();
        TestEndpoints other = new TestEndpoints();
        writeBefore("a");

        adapter.endpointActivation(one, spec("orders"));
        adapter.endpointActivation(other, spec("orders"));

        assertThat(one.nextDeliveries(2)).containsExactly("UPDATE 1 a", "primary 2");
        assertThat(other.nextDeliveries(2)).containsExactly("UPDATE 1 a", "primary 2");
    }

    @Section("13.4.9")
    @Test
    void activationSpecs_alike_areTwo() throws Exception {
        CheckpointActivationSpec one = spec("orders");
        CheckpointActivationSpec other = spec("orders");
        assertThat(one).isNotEqualTo(other);
        TestEndpoints endpoints = new TestEndpoints();
        adapter.endpointActivation(endpoints, one);
        adapter.endpointActivation(endpoints, other);
        assertThat(server.awaitRunning(3)).isEqualTo(3);

        adapter.endpointDeactivation(endpoints, one);

        assertThat(server.awaitRunning(2)).as("the other one and the session").isEqualTo(2);
    }

    @Section("13.5.2")
    @Test
    void getXAResources_specsOfTwoRegions_areOneForEach() throws Exception {
        ActivationSpec[] specs = {spec("orders"), spec("trades"), spec("orders")};

        var resources = adapter.getXAResources(specs);

        assertThat(resources).hasSize(2);
        assertThat(resources[0].isSameRM(resources[1])).isFalse();
        assertThat(adapter.getXAResources(new ActivationSpec[0])).isEmpty();
    }

    /** By a life of the adapter that has ended. */
    private void writeBefore(String text) throws Exception {
        ManagedConnection managed = managed("orders");
        handle(managed).append(bytes(text));
        adapter.stop();
        adapter.start(server);
    }
}
