package org.pmuconnector.ra.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import jakarta.resource.ResourceException;
import org.junit.jupiter.api.Test;
import org.pmuconnector.ra.TestEndpoints;

/** Work Management. */
class WorkConformanceTest extends RunningAdapter {

    private final TestEndpoints endpoints = new TestEndpoints();

    @Section("10.3")
    @Test
    void release_byTheServer_isHeeded() throws Exception {
        adapter.endpointActivation(endpoints, spec("orders"));
        assertThat(endpoints.nextDeliveries(1)).containsExactly("primary 1");
        assertThat(server.awaitRunning(2)).as("a session and an activation").isEqualTo(2);

        server.releaseWorks();

        assertThat(server.awaitRunning(0)).isZero();
    }

    @Section("10.3")
    @Test
    void work_rejected_isAnErrorOfWhatNeededIt() throws Exception {
        server.refuseWork();

        assertThatExceptionOfType(ResourceException.class)
                .isThrownBy(() -> managed("orders"))
                .withMessageContaining("no thread");
        assertThat(server.works()).isZero();
    }
}
