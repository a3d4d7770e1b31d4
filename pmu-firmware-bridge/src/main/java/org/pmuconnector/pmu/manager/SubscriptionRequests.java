package org.pmuconnector.pmu.manager;

import java.util.random.RandomGenerator;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;

/**
 * What the manager does about subscribers: how far they are, what they clear in transactions, and what they lay aside.
 * Safe for use by many threads, which take turns; nothing here waits for a peer.
 *
 * <p>Each request names the connection that it came on, and is refused as those of {@link ConnectionRequests}. A move of a
 * cursor that names another token than its owner's is refused with {@code SUBSCRIPTION_IN_USE}, and changes nothing.
 */
public final class SubscriptionRequests {

    private final Connections connections;
    private final Regions regions;
    private final RandomGenerator random;
    private final UnitLimits limits;

    SubscriptionRequests(Connections connections, Regions regions, RandomGenerator random, UnitLimits limits) {
        this.connections = connections;
        this.regions = regions;
        this.random = random;
        this.limits = limits;
    }

    /**
     * Creates a subscription where there is none.
     *
     * @param exclusive whether the connection becomes its only consumer until it ends
     * @throws PmuException {@code REGION_UNKNOWN}, {@code BAD_CONFIGURATION} for its name, {@code LIMIT_REACHED},
     *     {@code SUBSCRIPTION_IN_USE} where another instance is the only consumer
     */
    public OwnedSubscription subscribe(long connectionId, String name, String subscription, boolean exclusive)
            throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = consumer(connectionId);
            ManagedRegion region = connections.region(connection, name, AccessRight.READ);
            SubscriptionStatus status =
                    Subscriptions.create(regions, region, subscription, limits.subscriptionsPerRegion());
            if (!exclusive) {
                return new OwnedSubscription(status, 0);
            }
            long token = newToken();
            SubscriptionOwners.take(region, subscription, connection, token);
            return new OwnedSubscription(status, token);
        }
    }

    private long newToken() {
        long token = random.nextLong();
        return token == 0 ? 1 : token;
    }

    /**
     * Moves a subscription's cursor forward; a sequence before it changes nothing.
     *
     * @throws PmuException {@code REGION_UNKNOWN}, {@code NO_SUBSCRIPTION}, {@code BEYOND_COMMITTED} for no sequence
     */
    public SubscriptionStatus advance(long connectionId, String name, CursorMove move) throws PmuException {
        synchronized (connections) {
            ManagedRegion region = toMove(connectionId, name, move);
            return Subscriptions.advance(regions, region, move.subscription(), move.sequence());
        }
    }

    /**
     * Keeps a move until the outcome of its transaction is known, durably when this returns.
     *
     * @throws PmuException as {@link #advance}; {@code NOT_AUTHORIZED} for another instance's branch,
     *     {@code LIMIT_REACHED}, {@code UNIT_IO}
     */
    public void prepareClear(long connectionId, String name, BranchKey branch, CursorMove move) throws PmuException {
        synchronized (connections) {
            requireOwn(consumer(connectionId), branch);
            ManagedRegion region = toMove(connectionId, name, move);
            PreparedClears.prepare(regions, region, new PreparedClear(branch, move.subscription(), move.sequence()));
        }
    }

    /**
     * Carries out or forgets what a branch prepared.
     *
     * @throws PmuException {@code BRANCH_UNKNOWN} if it has prepared nothing, or nothing any more; {@code NOT_AUTHORIZED}
     *     for another instance's branch, {@code UNIT_IO}
     */
    public void settleClear(long connectionId, String name, BranchKey branch, boolean commit) throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = consumer(connectionId);
            requireOwn(connection, branch);
            ManagedRegion region = connections.region(connection, name, AccessRight.READ);
            CatalogRegion.Builder next = region.entry.toBuilder();
            if (!PreparedClears.settle(next, branch, commit)) {
                throw new PmuException(
                        ErrorCode.BRANCH_UNKNOWN,
                        "region " + region.name() + " has no clear of that transaction branch in doubt");
            }
            regions.changeIfNew(region, next.build());
        }
    }

    /**
     * Lays a set aside that the subscriber's application cannot take.
     *
     * @throws PmuException as {@link #advance}; {@code MISUSE} where room is not freed by what this subscription cleared,
     *     {@code LIMIT_REACHED}, {@code UNIT_IO}
     */
    public SubscriptionStatus park(long connectionId, String name, CursorMove move, String reason) throws PmuException {
        synchronized (connections) {
            ManagedRegion region = toMove(connectionId, name, move);
            return Subscriptions.park(regions, region, move.subscription(), move.sequence(), reason);
        }
    }

    /**
     * Lets a parked set go; only an administrator may.
     *
     * @throws PmuException {@code REGION_UNKNOWN}, {@code NO_SUBSCRIPTION}, {@code NOT_AUTHORIZED},
     *     {@code BAD_CONFIGURATION} if it is not parked, {@code UNIT_IO}
     */
    public SubscriptionStatus unpark(long connectionId, String name, String subscription, long sequence)
            throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            ManagedRegion region = connections.region(connection, name, AccessRight.ADMINISTER);
            return Subscriptions.unpark(regions, region, subscription, sequence);
        }
    }

    private ManagedRegion toMove(long connectionId, String name, CursorMove move) throws PmuException {
        ManagedRegion region = connections.region(consumer(connectionId), name, AccessRight.READ);
        SubscriptionOwners.require(region, move.subscription(), move.ownerToken());
        return region;
    }

    private ManagedConnection consumer(long connectionId) throws PmuException {
        ManagedConnection connection = connections.requireGreeted(connectionId);
        connection.requireInstance();
        return connection;
    }

    private static void requireOwn(ManagedConnection connection, BranchKey branch) throws PmuException {
        if (!connection.instance.name.equals(branch.instanceName())) {
            throw new PmuException(
                    ErrorCode.NOT_AUTHORIZED,
                    "instance " + connection.instance.name + " has nothing to do with a transaction branch of "
                            + branch.instanceName());
        }
    }
}
