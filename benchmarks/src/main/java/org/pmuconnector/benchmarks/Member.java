package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Scanner;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.iwarp.IwarpFabric;
import org.pmuconnector.instance.DeliverySettings;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.Lag;
import org.pmuconnector.instance.Region;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionRole;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.instance.ReplicaSettings;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.model.UnitAddress;

/**
 * A server without the server, as a process of its own: an instance with one activation for one region, primary or
 * standby, which does what it is asked. {@code UNIT_ADDRESS NAME AUTO|STANDBY LEVEL POLL_INTERVAL_MILLIS}.
 *
 * <p>On the port that it announces it takes connections and lets them be, so that their end shows its own.
 */
final class Member {

    /** Room for a round's updates beside those of the round before. */
    static final long REGION_BYTES = 64L << 20;

    static final String REGION = "orders";

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();
    private static final int BASE_BYTES = 64;

    /** Held, as what nobody refers to may be closed. */
    private static final Queue<SocketChannel> OPEN = new ConcurrentLinkedQueue<>();

    private final LogMoments log;
    private final Region region;
    private final MemberBean bean;
    private RegionConnection connection;

    private Member(LogMoments log, Instance instance, PersistenceLevel level) throws PmuException {
        this.log = log;
        this.region = instance.region(new RegionSettings(REGION, true, REGION_BYTES, 0, level, Retention.BASE));
        this.bean = new MemberBean(this::firstWrite);
    }

    public static void main(String[] args) throws IOException, PmuException {
        LogMoments log = LogMoments.install();
        InstanceSettings settings = new InstanceSettings(args[1], PATIENCE, PATIENCE);
        try (IwarpFabric fabric = new IwarpFabric(UnitAddress.parse(args[0]), FabricOptions.defaults());
                Instance instance = Instance.of(settings, fabric)) {
            start("session", instance::run);
            Member member = new Member(log, instance, PersistenceLevel.valueOf(args[3]));
            member.connect();
            Duration pollInterval = Duration.ofMillis(Long.parseLong(args[4]));
            ReplicaSettings replica = new ReplicaSettings(
                    Role.valueOf(args[2]), pollInterval, 1000, null, Resume.BASE, DeliverySettings.ONE_BY_ONE);
            start("replica", member.region.replica(replica, member.bean)::run);
            System.out.println(listen());
            ChildProcess.answerUntilEndOfParent(member::answer);
        }
    }

    private static void start(String name, Runnable runnable) {
        Thread thread = new Thread(runnable, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static int listen() throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        start("yardstick", () -> {
            while (true) {
                try {
                    OPEN.add(listener.accept());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        return ((InetSocketAddress) listener.getLocalAddress()).getPort();
    }

    private void connect() throws PmuException {
        connection = region.connect(null);
    }

    /** What a bean does first. */
    private void firstWrite() throws PmuException {
        connection.commit(List.of(PendingSet.update(new byte[BASE_BYTES], 0)));
    }

    private String answer(String question) throws IOException {
        Scanner words = new Scanner(question);
        try {
            return switch (words.next()) {
                case "await" -> awaitRole(RegionRole.valueOf(words.next()));
                case "base" -> writeBase();
                case "append" -> append(words.nextInt(), words.nextInt());
                case "load" -> MemberLoad.of(connection, words);
                case "handover" -> bean.handOver();
                case "takeover" -> bean.awaitTermAfter(words.nextLong(), PATIENCE);
                case "taken" -> Long.toString(bean.takenSets());
                case "lag" -> lag();
                case "logged" -> log.newest(words.nextLine().strip());
                default -> throw new IOException("a question that nobody answers: " + question);
            };
        } catch (PmuException e) {
            throw new IOException(question + ": " + e.getMessage(), e);
        }
    }

    /** Waits for a role, with a connection that an idle pool would hold. */
    private String awaitRole(RegionRole role) throws IOException, PmuException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (region.statistics().role() != role || !bean.isTold(role)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("not " + role + " but " + region.statistics());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        if (!connection.isOpen() || role == RegionRole.STANDBY) {
            connection.close();
            connect();
        }
        return role.name();
    }

    private String writeBase() throws PmuException {
        long covers = connection.committedSequence();
        return Long.toString(connection.commit(List.of(PendingSet.baseOfAll(new byte[BASE_BYTES], 0, covers))));
    }

    private String append(int count, int payloadBytes) throws PmuException {
        long last = 0;
        for (int i = 0; i < count; i++) {
            last = connection.commit(List.of(PendingSet.update(new byte[payloadBytes], 0)));
        }
        return Long.toString(last);
    }

    private String lag() {
        Lag lag = region.statistics().lag();
        return lag == null ? "-1 -1 -1" : lag.sets() + " " + lag.bytes() + " " + lag.millis();
    }
}
