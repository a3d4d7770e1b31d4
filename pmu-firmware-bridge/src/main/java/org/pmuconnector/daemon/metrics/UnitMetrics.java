package org.pmuconnector.daemon.metrics;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.core.metrics.SummaryWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.pmuconnector.pmu.firmware.AccessCounters;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.manager.ManagerStatistics;
import org.pmuconnector.pmu.manager.Purpose;
import org.pmuconnector.pmu.manager.Role;
import org.pmuconnector.pmu.nic.ProtectionFaultException.Fault;

/** The metrics of a running unit. Each is read when it is asked for; between that nothing is done. */
final class UnitMetrics {

    private static final double NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

    private final PrometheusRegistry registry;
    private final org.pmuconnector.pmu.Unit unit;

    private UnitMetrics(PrometheusRegistry registry, org.pmuconnector.pmu.Unit unit) {
        this.registry = registry;
        this.unit = unit;
    }

    static void register(PrometheusRegistry registry, org.pmuconnector.pmu.Unit unit) {
        UnitMetrics metrics = new UnitMetrics(registry, unit);
        metrics.unit();
        metrics.accesses();
        metrics.manager();
    }

    private void unit() {
        Superblock superblock = unit.superblock();
        Info info = Info.builder()
                .name("pmu_unit_info")
                .help("What the unit is.")
                .labelNames("unit_id", "format_version")
                .register(registry);
        info.setLabelValues(superblock.unitId().toString(), Integer.toString(Superblock.FORMAT_VERSION));
        gauge("pmu_unit_size", Unit.BYTES, "The unit's size.", statistics -> superblock.sizeBytes());
        gauge("pmu_unit_free", Unit.BYTES, "Bytes that no region has.", ManagerStatistics::freeBytes);
        gauge("pmu_boots", null, "How often the unit was started.", statistics -> superblock.bootNumber());
    }

    private void accesses() {
        counter("pmu_writes", null, "Segments of RDMA Writes placed.", AccessCounters::writes);
        counter("pmu_written", Unit.BYTES, "Bytes placed by RDMA Writes.", AccessCounters::writtenBytes);
        counter("pmu_reads", null, "Segments fetched for RDMA Reads.", AccessCounters::reads);
        counter("pmu_read", Unit.BYTES, "Bytes fetched for RDMA Reads.", AccessCounters::readBytes);
        counter("pmu_persisted", Unit.BYTES, "Bytes of the ranges that flushes named.", AccessCounters::persistedBytes);
        SummaryWithCallback.builder()
                .name("pmu_persist")
                .unit(Unit.SECONDS)
                .help("Flushes to the persistent level, and how long they took.")
                .callback(callback -> {
                    AccessCounters counters = unit.accessCounters();
                    callback.call(counters.persists(), counters.persistNanos() / NANOS_PER_SECOND, Quantiles.EMPTY);
                })
                .register(registry);
        CounterWithCallback.builder()
                .name("pmu_refused_accesses")
                .help("Accesses that the tables refused, by reason.")
                .labelNames("reason")
                .callback(callback -> {
                    for (Fault fault : Fault.values()) {
                        callback.call((double) unit.accessCounters().refusals(fault), label(fault));
                    }
                })
                .register(registry);
    }

    private void manager() {
        GaugeWithCallback.builder()
                .name("pmu_regions")
                .help("Regions, by whether they have a primary.")
                .labelNames("role")
                .callback(callback -> {
                    ManagerStatistics statistics = unit.managerStatistics();
                    for (Role role : Role.values()) {
                        callback.call(statistics.regions().getOrDefault(role, 0), label(role));
                    }
                })
                .register(registry);
        GaugeWithCallback.builder()
                .name("pmu_connections")
                .help("Open connections, by purpose.")
                .labelNames("purpose")
                .callback(callback -> {
                    ManagerStatistics statistics = unit.managerStatistics();
                    for (Purpose purpose : Purpose.values()) {
                        callback.call(statistics.connections().getOrDefault(purpose, 0), label(purpose));
                    }
                })
                .register(registry);
        gauge("pmu_bound_keys", null, "Keys that are good now.", ManagerStatistics::boundKeys);
        managed("pmu_accepted_connections", "Connections set up.", ManagerStatistics::connectionsEver);
        managed(
                "pmu_expired_leases",
                "Instances given up because their session was silent.",
                ManagerStatistics::leasesExpired);
        SummaryWithCallback.builder()
                .name("pmu_fence")
                .unit(Unit.SECONDS)
                .help("Epochs granted, and the time from the claim to when no write under an older key could land.")
                .callback(callback -> {
                    ManagerStatistics statistics = unit.managerStatistics();
                    callback.call(
                            statistics.epochsGranted(), statistics.fenceNanos() / NANOS_PER_SECOND, Quantiles.EMPTY);
                })
                .register(registry);
    }

    private void gauge(String name, Unit of, String help, ToDoubleFunction<ManagerStatistics> value) {
        GaugeWithCallback.builder()
                .name(name)
                .unit(of)
                .help(help)
                .callback(callback -> callback.call(value.applyAsDouble(unit.managerStatistics())))
                .register(registry);
    }

    private void counter(String name, Unit of, String help, ToDoubleFunction<AccessCounters> value) {
        CounterWithCallback.builder()
                .name(name)
                .unit(of)
                .help(help)
                .callback(callback -> callback.call(value.applyAsDouble(unit.accessCounters())))
                .register(registry);
    }

    private void managed(String name, String help, ToDoubleFunction<ManagerStatistics> value) {
        CounterWithCallback.builder()
                .name(name)
                .help(help)
                .callback(callback -> callback.call(value.applyAsDouble(unit.managerStatistics())))
                .register(registry);
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
