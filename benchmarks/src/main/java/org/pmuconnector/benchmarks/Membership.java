package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.locks.LockSupport;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.iwarp.IwarpFabric;
import org.pmuconnector.instance.DeliverySettings;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.Lag;
import org.pmuconnector.instance.Region;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionReplica;
import org.pmuconnector.instance.RegionRole;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.instance.ReplicaSettings;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.model.TakeoverPriority;
import org.pmuconnector.model.UnitAddress;

/** What a {@link Member} has while it uses a region: an instance, a connection and a replica with their threads. */
final class Membership implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();
    private static final int BASE_BYTES = 64;
    private static final int MAX_FETCH_SETS = 1000;

    /**
     * How to use it.
     *
     * @param name the instance's
     */
    record Settings(
            UnitAddress unit, String name, Role role, PersistenceLevel level, Duration pollInterval, long regionBytes) {

        /** As {@link #arguments()}. */
        static Settings parse(String... arguments) throws PmuException {
            return new Settings(
                    UnitAddress.parse(arguments[0]),
                    arguments[1],
                    Role.valueOf(arguments[2]),
                    PersistenceLevel.valueOf(arguments[3]),
                    Duration.ofMillis(Long.parseLong(arguments[4])),
                    Long.parseLong(arguments[5]));
        }

        String[] arguments() {
            return new String[] {
                unit.toString(),
                name,
                role.name(),
                level.name(),
                Long.toString(pollInterval.toMillis()),
                Long.toString(regionBytes)
            };
        }
    }

    private final IwarpFabric fabric;
    private final Instance instance;
    private final Region region;
    private final MemberBean bean;
    private final RegionReplica replica;
    private final Thread following;
    private RegionConnection connection;

    private Membership(Settings settings, IwarpFabric fabric) throws PmuException {
        this.fabric = fabric;
        this.instance = Instance.of(new InstanceSettings(settings.name, PATIENCE, PATIENCE), fabric);
        start("session", instance::run);
        this.region = instance.region(
                new RegionSettings(Member.REGION, true, settings.regionBytes, 0, settings.level, Retention.BASE));
        this.connection = region.connect(null);
        this.bean = new MemberBean(this::firstWrite);
        ReplicaSettings replicaSettings = new ReplicaSettings(
                settings.role,
                TakeoverPriority.DEFAULT,
                settings.pollInterval,
                MAX_FETCH_SETS,
                null,
                Resume.BASE,
                DeliverySettings.ONE_BY_ONE);
        this.replica = region.replica(replicaSettings, bean);
        this.following = start("replica", replica::run);
    }

    static Membership begin(Settings settings) throws PmuException {
        IwarpFabric fabric = new IwarpFabric(settings.unit, FabricOptions.defaults());
        try {
            return new Membership(settings, fabric);
        } catch (PmuException | RuntimeException e) {
            fabric.close();
            throw e;
        }
    }

    static Thread start(String name, Runnable runnable) {
        Thread thread = new Thread(runnable, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    MemberBean bean() {
        return bean;
    }

    RegionConnection connection() {
        return connection;
    }

    /** What a bean does first as the primary. */
    private void firstWrite() throws PmuException {
        connection.commit(List.of(PendingSet.update(new byte[BASE_BYTES], 0)));
    }

    /** Waits for a role, and has a connection that an idle pool would hold. */
    String awaitRole(RegionRole role) throws IOException, PmuException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (region.statistics().role() != role || !bean.isTold(role)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("not " + role + " but " + region.statistics());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        if (role == RegionRole.STANDBY) {
            connection.close();
            connection = region.connect(null);
        }
        return role.name();
    }

    String writeBase() throws PmuException {
        PendingSet base = PendingSet.baseOfAll(new byte[BASE_BYTES], 0, connection.committedSequence());
        return Long.toString(connection.commit(List.of(base)));
    }

    /** Appends {@code COUNT} sets of {@code BYTES}, one by one. */
    String append(Scanner words) throws PmuException {
        int count = words.nextInt();
        int payloadBytes = words.nextInt();
        long last = 0;
        for (int i = 0; i < count; i++) {
            last = connection.commit(List.of(PendingSet.update(new byte[payloadBytes], 0)));
        }
        return Long.toString(last);
    }

    /** Sets, bytes and milliseconds that its listener is behind; -1 each where it does not stand by. */
    String lag() {
        Lag lag = region.statistics().lag();
        return lag == null ? "-1 -1 -1" : lag.sets() + " " + lag.bytes() + " " + lag.millis();
    }

    @Override
    public void close() {
        replica.stop();
        try {
            following.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connection.close();
        instance.close();
        fabric.close();
    }
}
