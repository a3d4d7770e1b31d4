package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.work.WorkManager;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.InstanceStatistics;
import org.pmuconnector.instance.Region;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.instance.RegionStatistics;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.ra.jmx.UnitBeans;
import org.pmuconnector.scram.Credentials;

/**
 * The adapter at each of the units that it uses: one instance, so one session, for each address. An instance starts when
 * something first needs it, whether the unit answers or not. Thread-safe.
 */
final class UnitInstances implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger(UnitInstances.class.getName());

    private final InstanceSettings settings;
    private final FabricOptions fabricOptions;
    private final WorkManager workManager;
    private final boolean closeUnused;
    private final Function<Instance, UnitBeans> beans;
    /** Changed by who holds the lock, and read by anybody: to look something up must not wait for a unit to be left. */
    private final Map<UnitAddress, Unit> units = new ConcurrentHashMap<>();

    private boolean closed;

    /**
     * No unit yet.
     *
     * @param workManager where instances run; null for threads of their own
     * @param closeUnused whether to leave a unit when the last user of its regions has gone
     * @param beans shows an instance to those who watch the server
     */
    UnitInstances(
            InstanceSettings settings,
            FabricOptions fabricOptions,
            WorkManager workManager,
            boolean closeUnused,
            Function<Instance, UnitBeans> beans) {
        this.settings = settings;
        this.fabricOptions = fabricOptions;
        this.workManager = workManager;
        this.closeUnused = closeUnused;
        this.beans = beans;
    }

    /**
     * The region that a factory or an activation names; the user releases it.
     *
     * @throws PmuException {@code BAD_ADDRESS}, {@code BAD_CONFIGURATION}, or {@code LIMIT_REACHED} if the server gives
     *     no thread
     */
    AttachedRegion attach(RegionProperties properties) throws PmuException {
        return attach(properties, Credentials.ANONYMOUS);
    }

    /**
     * The same for somebody who signs on as a user. Where the adapter has no user of its own, the first one that needs a
     * unit is the one that the session logs in as.
     */
    synchronized AttachedRegion attach(RegionProperties properties, Credentials credentials) throws PmuException {
        if (closed) {
            throw new PmuException(ErrorCode.MISUSE, "the resource adapter has been stopped");
        }
        RegionSettings wanted = properties.regionSettings();
        UnitAddress address = properties.effectiveUnitAddress();
        Unit unit = units.get(address);
        if (unit == null) {
            unit = open(address, credentials);
            units.put(address, unit);
        }
        return unit.attach(wanted);
    }

    /** What is known of a unit, at once; empty if nothing here uses it. */
    Optional<InstanceStatistics> unitStatistics(UnitAddress address) {
        return Optional.ofNullable(units.get(address)).map(unit -> unit.instance.statistics());
    }

    /** What is known of a region, at once; empty if nothing here uses it. */
    Optional<RegionStatistics> regionStatistics(UnitAddress address, String name) {
        return Optional.ofNullable(units.get(address))
                .map(unit -> unit.regions.get(name))
                .map(attached -> attached.region().statistics());
    }

    /** How long one operation at a unit may take. */
    Duration operationTimeout() {
        return settings.operationTimeout();
    }

    /** Drops what overdue transaction branches have written. */
    void expireBranches() {
        List<BranchTable> tables = new ArrayList<>();
        synchronized (this) {
            for (Unit unit : units.values()) {
                unit.regions.values().forEach(region -> tables.add(region.branches()));
            }
        }
        tables.forEach(BranchTable::expireOverdue);
    }

    private Unit open(UnitAddress address, Credentials credentials) throws PmuException {
        Fabric fabric = Fabrics.of(address, fabricOptions);
        boolean ofItsOwn = !settings.credentials().isAnonymous();
        InstanceSettings used = ofItsOwn ? settings : settings.withCredentials(credentials);
        Instance instance = Instance.of(used, fabric);
        LongRun session = new LongRun("session with " + address, instance::run, instance::close);
        try {
            session.start(workManager);
        } catch (ResourceException e) {
            instance.close();
            fabric.close();
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED, "the server gives no thread to the " + session + ": " + e.getMessage(), e);
        }
        LogMessage.UNIT_USED.log(LOGGER, settings.instanceName(), address);
        return new Unit(address, fabric, instance, used.credentials().userName(), session, beans.apply(instance));
    }

    private synchronized void released(Unit unit) {
        unit.userCount--;
        if (closeUnused && unit.userCount == 0 && units.remove(unit.address, unit)) {
            unit.close();
        }
    }

    /** Ends every session, resigning what is held. */
    @Override
    public void close() {
        List<Unit> open;
        synchronized (this) {
            closed = true;
            open = new ArrayList<>(units.values());
            units.clear();
        }
        open.forEach(Unit::close);
    }

    /** One unit in use. Changed by who holds the lock of the enclosing object. */
    private final class Unit {

        private final UnitAddress address;
        private final Fabric fabric;
        private final Instance instance;
        private final String user;
        private final LongRun session;
        private final UnitBeans shown;
        private final Map<String, AttachedRegion> regions = new ConcurrentHashMap<>();
        private int userCount;

        Unit(UnitAddress address, Fabric fabric, Instance instance, String user, LongRun session, UnitBeans shown) {
            this.address = address;
            this.fabric = fabric;
            this.instance = instance;
            this.user = user;
            this.session = session;
            this.shown = shown;
        }

        AttachedRegion attach(RegionSettings wanted) throws PmuException {
            Region region = instance.region(wanted);
            AttachedRegion attached = regions.computeIfAbsent(
                    wanted.name(),
                    name -> show(new AttachedRegion(
                            name,
                            "region " + name + " of unit " + address,
                            user,
                            new BranchTable(settings.instanceName(), MonotonicClock.system()),
                            new InstanceConnector(region),
                            region,
                            () -> released(this))));
            userCount++;
            return attached;
        }

        private AttachedRegion show(AttachedRegion attached) {
            shown.add(attached.region(), attached::pooledConnections);
            return attached;
        }

        void close() {
            shown.close();
            session.stop(settings.operationTimeout().plus(Duration.ofSeconds(5)));
            fabric.close();
        }
    }
}
