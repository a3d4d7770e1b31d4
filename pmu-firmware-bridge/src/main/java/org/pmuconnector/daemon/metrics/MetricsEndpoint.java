package org.pmuconnector.daemon.metrics;

import io.prometheus.metrics.exporter.httpserver.HTTPServer;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.Unit;

/**
 * Answers GET /metrics over HTTP with the unit's and the process's metrics, as OpenMetrics or Prometheus text by what the
 * request accepts. It shows numbers and no names of regions, instances or users, and asks nobody who they are.
 */
public final class MetricsEndpoint implements AutoCloseable {

    /** A scraper, a person looking, and some more; others wait, and beyond that are turned away. */
    private static final int THREADS = 4;

    private static final int WAITING = 16;
    private static final long IDLE_SECONDS = 60;

    private final HTTPServer server;
    private final ThreadPoolExecutor executor;

    private MetricsEndpoint(HTTPServer server, ThreadPoolExecutor executor) {
        this.server = server;
        this.executor = executor;
    }

    /**
     * Begins to answer.
     *
     * @param address port 0 for any free one
     * @throws PmuException {@code BAD_CONFIGURATION} if nothing can listen there
     */
    public static MetricsEndpoint listen(InetSocketAddress address, Unit unit) throws PmuException {
        PrometheusRegistry registry = new PrometheusRegistry();
        UnitMetrics.register(registry, unit);
        JvmMetrics.builder().register(registry);
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "pmu-metrics");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        try {
            HTTPServer server = HTTPServer.builder()
                    .inetAddress(address.getAddress())
                    .port(address.getPort())
                    .executorService(executor)
                    .registry(registry)
                    .buildAndStart();
            return new MetricsEndpoint(server, executor);
        } catch (IOException e) {
            executor.shutdownNow();
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "cannot serve metrics at " + address + " (" + e.getMessage() + "); choose another address",
                    e);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.close();
        executor.shutdownNow();
    }
}
