package org.pmuconnector.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.iwarp.IwarpFabric;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.nic.iwarp.IwarpNic;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;

class MetricsEndpointTest {

    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    private Path folder;

    private Unit unit;
    private IwarpNic nic;
    private MetricsEndpoint endpoint;

    @BeforeEach
    void start() throws Exception {
        Path path = folder.resolve("unit");
        Unit.format(path, 16 << 20);
        unit = Unit.open(path, UnitOptions.defaults());
        nic = IwarpNic.listen(ANY_PORT, unit.memory(), unit.control(), IwarpNicOptions.defaults());
        endpoint = MetricsEndpoint.listen(ANY_PORT, unit);
    }

    @AfterEach
    void stop() {
        endpoint.close();
        unit.stop();
        nic.close();
        unit.close();
    }

    @Test
    void metrics_afterAWriteAReadAFlushAndARefusal_countThem() throws Exception {
        UnitAddress address =
                UnitAddress.parse("iwarp://127.0.0.1:" + nic.localAddress().getPort());
        try (IwarpFabric fabric = new IwarpFabric(address, FabricOptions.defaults());
                UnitClient session = UnitClient.session(fabric, "writer", 1);
                UnitClient data = UnitClient.data(fabric, "writer", 1)) {
            session.create("orders", 1 << 20);
            session.claim("orders", 0);
            OpenRegionReply region = data.openToWrite("orders", 1);
            long base = region.getBaseAddress();
            data.connection().write(region.getKey(), base, ByteBuffer.allocate(100), UnitClient.soon());
            data.connection().flush(region.getKey(), base, 100, PersistenceLevel.PERSISTENT, UnitClient.soon());
            data.connection().read(region.getKey(), base, ByteBuffer.allocate(40), UnitClient.soon());

            String before = get("application/openmetrics-text").body();
            assertThat(before)
                    .contains("pmu_writes_total 1.0\n", "pmu_written_bytes_total 100.0\n")
                    .contains("pmu_reads_total 1.0\n", "pmu_read_bytes_total 40.0\n")
                    .contains("pmu_persist_seconds_count 1\n", "pmu_persisted_bytes_total 100.0\n")
                    .contains("pmu_fence_seconds_count 1\n", "pmu_bound_keys 1.0\n")
                    .contains("pmu_regions{role=\"held\"} 1.0\n")
                    .contains("pmu_connections{purpose=\"session\"} 1.0\n", "pmu_connections{purpose=\"data\"} 1.0\n")
                    .contains("pmu_refused_accesses_total{reason=\"base_or_bounds\"} 0.0\n")
                    .contains("jvm_threads_current");

            assertThatThrownBy(() -> data.connection()
                            .read(region.getKey(), base + (1 << 20) - 7, ByteBuffer.allocate(8), UnitClient.soon()))
                    .isInstanceOfSatisfying(
                            PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ACCESS_REFUSED));
            assertThat(get("application/openmetrics-text").body())
                    .contains("pmu_refused_accesses_total{reason=\"base_or_bounds\"} 1.0\n");
        }
    }

    @Test
    void metrics_byWhatIsAccepted_areOpenMetricsOrPrometheusText() throws Exception {
        HttpResponse<String> open = get("application/openmetrics-text");
        assertThat(open.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/openmetrics-text");
        assertThat(open.body()).endsWith("# EOF\n").contains("pmu_unit_size_bytes 1.6777216E7\n");
        HttpResponse<String> plain = get("text/plain");
        assertThat(plain.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain");
        assertThat(plain.body()).contains("pmu_unit_size_bytes 1.6777216E7\n");
    }

    @Test
    void listen_portInUse_saysWhere() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), other.getLocalPort());
            assertThatThrownBy(() -> MetricsEndpoint.listen(taken, unit))
                    .isInstanceOf(PmuException.class)
                    .hasMessageContaining("cannot serve metrics at")
                    .hasMessageContaining(String.valueOf(other.getLocalPort()));
        }
    }

    private HttpResponse<String> get(String accept) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + endpoint.port() + "/metrics");
        return http.send(HttpRequest.newBuilder(uri).header("Accept", accept).build(), BodyHandlers.ofString());
    }
}
