package org.pmuconnector.instance;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.pmuconnector.log.CommittedSet;

/**
 * The replicas that follow one region in one adapter, one for each activation: of several one claims the region and the others
 * share its role, and each subscription has one consumer. Safe for use by many threads.
 */
final class Replicas {

    private final Runnable changed;
    private final IntConsumer stands;

    private final AtomicInteger active = new AtomicInteger();
    private final AtomicReference<RegionReplica> leader = new AtomicReference<>();

    /** Those that may claim the region, each with its priority. */
    private final Map<RegionReplica, Integer> standing = new ConcurrentHashMap<>();

    /** By subscription. */
    private final Map<String, RegionReplica> consumers = new ConcurrentHashMap<>();

    private final List<Consumer<List<CommittedSet>>> lateListeners = new CopyOnWriteArrayList<>();

    /**
     * None yet.
     *
     * @param changed wakes those that wait for their turn
     * @param stands tells the unit with which priority the adapter stands for the region, 0 for not at all
     */
    Replicas(Runnable changed, IntConsumer stands) {
        this.changed = changed;
        this.stands = stands;
    }

    /** A replica follows from now on: the region is claimed by it and no longer by the first write. */
    void follows() {
        active.incrementAndGet();
    }

    void followsNoMore() {
        active.decrementAndGet();
    }

    /** Whether there is one. */
    boolean isAny() {
        return active.get() > 0;
    }

    /** The replica may claim the region as soon as it is vacant. */
    void stands(RegionReplica replica, int priority) {
        standing.put(replica, priority);
        stands.accept(priority());
    }

    void standsNoMore(RegionReplica replica) {
        standing.remove(replica);
        stands.accept(priority());
    }

    /** As what the adapter stands for the region: its replicas' highest, 0 for not at all. */
    int priority() {
        return standing.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** Whether the replica is the one that claims the region; the first to ask is. */
    boolean isLeader(RegionReplica replica) {
        return leader.compareAndSet(null, replica) || leader.get() == replica;
    }

    /** The replica claims no more; another may. */
    void leaderLeft(RegionReplica replica) {
        leader.compareAndSet(replica, null);
        changed.run();
    }

    /** Whether the replica is the only consumer of a subscription; the first to ask is. */
    boolean consumes(String subscription, RegionReplica replica) {
        RegionReplica first = consumers.putIfAbsent(subscription, replica);
        return first == null || first == replica;
    }

    /** Another replica may consume the subscription, if there is one. */
    void consumesNoMore(String subscription, RegionReplica replica) {
        if (subscription != null && consumers.remove(subscription, replica)) {
            changed.run();
        }
    }

    /** Is told of what branches commit that were in doubt when this adapter's instance took over. */
    void hearLate(Consumer<List<CommittedSet>> listener) {
        lateListeners.add(listener);
    }

    void hearLateNoMore(Consumer<List<CommittedSet>> listener) {
        lateListeners.remove(listener);
    }

    void committedLate(List<CommittedSet> sets) {
        if (!sets.isEmpty()) {
            lateListeners.forEach(listener -> listener.accept(sets));
            changed.run();
        }
    }
}
