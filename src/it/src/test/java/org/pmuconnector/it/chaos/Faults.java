package org.pmuconnector.it.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.pmuconnector.it.proxy.FaultProxy;
import org.pmuconnector.it.proxy.LinkFaults;
import org.pmuconnector.it.proxy.LinkFaults.Strike;
import org.pmuconnector.it.proxy.LinkFaults.StrikeKind;

/** Lets one thing or the other go wrong in a cluster, by chance where it matters when and to whom. */
final class Faults {

    private static final int SHORTEST_LAST_MILLIS = 100;
    private static final int LAST_BEYOND_LEASE_MILLIS = 1_200;
    private static final int MOST_DELAY_MILLIS = 60;
    private static final int SLOW_BYTES_PER_SECOND = 60_000;
    private static final int STRIKE_WITHIN_BYTES = 20_000;
    private static final int BLIPS = 6;
    private static final int LONGEST_BLIP_MILLIS = 250;

    /** The first half of a takeover is over; the second ends with the call of the listener. */
    private static final String EPOCH_GRANTED = "PMU-M303";

    private final Cluster cluster;
    private final Timing timing;
    private final Random random;

    /** Faults of a cluster. */
    Faults(Cluster cluster, Timing timing, Random random) {
        this.cluster = cluster;
        this.timing = timing;
        this.random = random;
    }

    /** Lets it happen, and last where it lasts. */
    void strike(FaultKind kind) throws IOException, InterruptedException {
        switch (kind) {
            case KILL_PRIMARY, RACE_OF_STANDBYS -> killPrimary();
            case KILL_STANDBY -> killStandby();
            case KILL_DURING_TAKEOVER -> killDuringTakeover();
            case KILL_NEW_PRIMARY -> killNewPrimary();
            case PAUSE_PRIMARY_IN_COMMIT -> pausePrimaryInCommit();
            case PAUSE_STANDBY -> pauseStandby();
            case PAUSE_UNIT -> pauseUnit();
            case RESTART_UNIT -> restartUnit();
            case DELAY -> delay();
            case SLOW_LINK -> slowLink();
            case STALL -> stall();
            case CUT_PRIMARY -> refusePrimary();
            case CUT_STANDBY -> refuseStandby();
            case HALF_CLOSE -> strike(StrikeKind.HALF_CLOSE);
            case RESET_BEFORE_WRITE -> strike(StrikeKind.RESET_BEFORE);
            case RESET_AFTER_WRITE -> strike(StrikeKind.RESET_AFTER);
            case FLIP_BIT -> strike(StrikeKind.FLIP_BIT);
            case SPLIT_AT_EVERY_BYTE -> split();
            case SWITCHOVER -> cluster.operate("switchover");
            case FORCED_TAKEOVER -> cluster.operate("takeover", "--force");
            case PARTITION_PRIMARY -> partitionPrimary();
            case PARTITION_STANDBY -> partitionStandby();
            case PRIMARY_IS_NOT_HEARD -> partitionFromPrimary();
            case PRIMARY_HEARS_NOTHING -> partitionToPrimary();
            case SLOW_HOST -> slowHost();
            case BLIP -> blip();
        }
    }

    /** Some time, shorter or longer than what costs a primary its role. */
    private Duration someTime() {
        long longest = timing.lease().plus(timing.grace()).toMillis() + LAST_BEYOND_LEASE_MILLIS;
        return Duration.ofMillis(SHORTEST_LAST_MILLIS + random.nextInt((int) longest));
    }

    private Duration beyondLease() {
        return timing.lease().plus(timing.grace()).plusMillis(random.nextInt(LAST_BEYOND_LEASE_MILLIS));
    }

    private void killPrimary() throws IOException, InterruptedException {
        cluster.awaitPrimary().kill();
    }

    private void killStandby() throws IOException, InterruptedException {
        someStandby().kill();
    }

    private ServerProcess someStandby() throws IOException, InterruptedException {
        cluster.await(
                "there is a standby",
                () -> cluster.primary().isPresent() && !cluster.standbys().isEmpty());
        List<ServerProcess> standbys = cluster.standbys();
        return standbys.get(random.nextInt(standbys.size()));
    }

    private void killDuringTakeover() throws IOException, InterruptedException {
        ServerProcess next = someStandby();
        long granted = next.timesLogged(EPOCH_GRANTED);
        cluster.awaitPrimary().kill();
        cluster.holdsWithin(beyondLease(), () -> next.timesLogged(EPOCH_GRANTED) > granted);
        next.kill();
    }

    private void killNewPrimary() throws IOException, InterruptedException {
        long epoch = cluster.newestEpoch();
        cluster.awaitPrimary().kill();
        if (cluster.holdsWithin(
                beyondLease(),
                () -> cluster.newestEpoch() > epoch && cluster.primary().isPresent())) {
            cluster.awaitPrimary().kill();
        }
    }

    /** A call is in progress, as far as the primary got to say. */
    private void pausePrimaryInCommit() throws IOException, InterruptedException {
        ServerProcess primary = cluster.awaitPrimary();
        cluster.await("the primary is paused in a commit", () -> {
            primary.pause();
            if (primary.read().open() > 0) {
                return true;
            }
            primary.resume();
            return false;
        });
        cluster.last(beyondLease());
    }

    private void pauseStandby() throws IOException, InterruptedException {
        someStandby().pause();
        cluster.last(someTime());
    }

    private void pauseUnit() throws IOException, InterruptedException {
        cluster.pauseUnit(someTime());
    }

    private void restartUnit() throws IOException, InterruptedException {
        cluster.unit().restart();
    }

    private LoopbackHosts proxies() {
        return (LoopbackHosts) cluster.hosts();
    }

    private FaultProxy someProxy() throws IOException, InterruptedException {
        ServerProcess server = random.nextInt(3) > 0 ? cluster.awaitPrimary() : someStandby();
        return proxies().proxy(server.host());
    }

    private LinkFaults someDirection() throws IOException, InterruptedException {
        FaultProxy proxy = someProxy();
        return random.nextBoolean() ? proxy.toServer() : proxy.toClient();
    }

    private void delay() throws IOException, InterruptedException {
        someDirection().delay(1L + random.nextInt(MOST_DELAY_MILLIS));
        cluster.last(someTime());
    }

    private void slowLink() throws IOException, InterruptedException {
        someDirection().limit(SLOW_BYTES_PER_SECOND);
        cluster.last(someTime());
    }

    private void stall() throws IOException, InterruptedException {
        someDirection().stall();
        cluster.last(someTime());
    }

    private void split() throws IOException, InterruptedException {
        someDirection().split();
        cluster.last(someTime());
    }

    private void refusePrimary() throws IOException, InterruptedException {
        proxies().proxy(cluster.awaitPrimary().host()).cut();
        cluster.last(someTime());
    }

    private void refuseStandby() throws IOException, InterruptedException {
        proxies().proxy(someStandby().host()).cut();
        cluster.last(someTime());
    }

    /** Hits what the primary writes or is answered, for which it has to be at work. */
    private void strike(StrikeKind kind) throws IOException, InterruptedException {
        cluster.heal();
        cluster.awaitAvailable();
        FaultProxy proxy = proxies().proxy(cluster.awaitPrimary().host());
        // What ends a write before or after it arrives is on the way there; the others may hit an answer as well.
        boolean there = kind == StrikeKind.RESET_BEFORE || kind == StrikeKind.RESET_AFTER || random.nextBoolean();
        LinkFaults direction = there ? proxy.toServer() : proxy.toClient();
        direction.strike(new Strike(kind, random.nextInt(STRIKE_WITHIN_BYTES), random.nextInt(Byte.SIZE)));
        cluster.await(kind + " has happened", direction::hasStruck);
        cluster.last(someTime());
    }

    private NamespaceHosts namespaces() {
        return (NamespaceHosts) cluster.hosts();
    }

    private void partitionPrimary() throws IOException, InterruptedException {
        partition(cluster.awaitPrimary());
    }

    private void partitionStandby() throws IOException, InterruptedException {
        partition(someStandby());
    }

    private void partition(ServerProcess server) throws IOException, InterruptedException {
        namespaces().cutToUnit(server.host());
        namespaces().cutFromUnit(server.host());
        cluster.last(someTime());
    }

    private void partitionFromPrimary() throws IOException, InterruptedException {
        namespaces().cutToUnit(cluster.awaitPrimary().host());
        cluster.last(beyondLease());
    }

    private void partitionToPrimary() throws IOException, InterruptedException {
        namespaces().cutFromUnit(cluster.awaitPrimary().host());
        cluster.last(beyondLease());
    }

    private void slowHost() throws IOException, InterruptedException {
        namespaces().slow(cluster.awaitPrimary().host());
        cluster.last(someTime());
    }

    /** The primary's connections are reset, stalled or refused, or it is paused itself, time and again and never for long. */
    private void blip() throws IOException, InterruptedException {
        for (int i = 0; i < BLIPS; i++) {
            ServerProcess primary = cluster.awaitPrimary();
            FaultProxy proxy = proxies().proxy(primary.host());
            switch (random.nextInt(4)) {
                case 0 -> proxy.resetAll();
                case 1 -> proxy.cut();
                case 2 -> proxy.toClient().stall();
                default -> primary.pause();
            }
            cluster.last(Duration.ofMillis(random.nextInt(LONGEST_BLIP_MILLIS)));
            cluster.heal();
            cluster.awaitAvailable();
        }
    }
}
