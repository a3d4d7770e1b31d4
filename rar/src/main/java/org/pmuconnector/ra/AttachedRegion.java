package org.pmuconnector.ra;

import java.util.concurrent.atomic.AtomicInteger;
import org.pmuconnector.instance.Region;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.scram.Credentials;

/**
 * One region as this adapter uses it: all managed connections and activations for it share this, and with it the
 * transaction branches. Thread-safe.
 */
final class AttachedRegion {

    /** The way to the unit; an interface so that the contract's rules can be tested without a unit. */
    interface Connector {

        /** Makes a data connection. */
        RegionLink connect(String subscription, Credentials credentials) throws PmuException;

        /** Waits until a write may succeed; false if it will not in time. */
        boolean awaitWritable(Deadline deadline) throws PmuException;
    }

    private final String name;
    private final String description;
    private final String ownUser;
    private final BranchTable branches;
    private final Connector connector;
    private final Region region;
    private final Runnable onRelease;
    private final AtomicInteger pooledConnections = new AtomicInteger();

    /**
     * A region.
     *
     * @param name the region's
     * @param description region and unit, for messages
     * @param ownUser who connections are of that sign on as nobody; empty for nobody
     * @param connector what connects
     * @param region where activations come from; null if there can be none
     * @param onRelease told each time that a user has gone
     */
    AttachedRegion(
            String name,
            String description,
            String ownUser,
            BranchTable branches,
            Connector connector,
            Region region,
            Runnable onRelease) {
        this.name = name;
        this.description = description;
        this.ownUser = ownUser;
        this.branches = branches;
        this.connector = connector;
        this.region = region;
        this.onRelease = onRelease;
    }

    /** A new data connection of the adapter's own user; the subscription may be empty. */
    RegionLink connect(String subscription) throws PmuException {
        return connect(subscription, Credentials.ANONYMOUS);
    }

    /** The same on behalf of a user. */
    RegionLink connect(String subscription, Credentials credentials) throws PmuException {
        return connector.connect(subscription == null || subscription.isEmpty() ? null : subscription, credentials);
    }

    /**
     * Waits until a write may succeed that failed because the unit is away.
     *
     * @return false if it will not in time
     */
    boolean awaitWritable(Deadline deadline) throws PmuException {
        return connector.awaitWritable(deadline);
    }

    String name() {
        return name;
    }

    /** Who the unit takes somebody for; empty for nobody. */
    String userOf(SignOn signOn) {
        return signOn.userName().isEmpty() ? ownUser : signOn.userName();
    }

    BranchTable branches() {
        return branches;
    }

    /** For an activation. */
    Region region() {
        return region;
    }

    /** There is another managed connection. */
    void connectionOpened() {
        pooledConnections.incrementAndGet();
    }

    /** A managed connection was destroyed. */
    void connectionClosed() {
        pooledConnections.decrementAndGet();
    }

    /** How many managed connections are open. */
    int pooledConnections() {
        return pooledConnections.get();
    }

    /** The user that attached the region needs it no longer. */
    void release() {
        onRelease.run();
    }

    /** Links of their own for each operation: for recovery, and where a managed connection's is broken. */
    LinkSource freshLinks() {
        return new LinkSource() {
            @Override
            public <T> T withLink(Operation<T> operation) throws PmuException {
                try (RegionLink link = connect(null)) {
                    return operation.on(link);
                }
            }
        };
    }

    @Override
    public String toString() {
        return description;
    }
}
