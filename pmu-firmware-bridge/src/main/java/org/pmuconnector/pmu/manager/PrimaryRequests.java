package org.pmuconnector.pmu.manager;

import java.util.List;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * What the manager does about those that use a region: who reads, and who is primary in which epoch. Safe for use by many threads, which take turns; nothing here waits for a peer.
 *
 * <p>Each request names the connection that it came on, and is refused as those of {@link ConnectionRequests}.
 */
public final class PrimaryRequests {

    private final Connections connections;
    private final Regions regions;
    private final KeyRing keys;
    private final Primaries primaries;
    private final ManagerSettings settings;

    PrimaryRequests(
            Connections connections, Regions regions, KeyRing keys, Primaries primaries, ManagerSettings settings) {
        this.connections = connections;
        this.regions = regions;
        this.keys = keys;
        this.primaries = primaries;
        this.settings = settings;
    }

    /**
     * Binds a key for the region to the connection.
     *
     * @param write also for writing: only for the primary in that epoch
     * @throws PmuException {@code REGION_UNKNOWN}, {@code NOT_PRIMARY}, {@code FENCED_OFF}, {@code EPOCH_CHANGED},
     *     {@code NOT_AUTHORIZED}, {@code LIMIT_REACHED}
     */
    public OpenedRegion open(long connectionId, String name, boolean write, long epoch) throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            ManagedRegion region = connections.region(connection, name, write ? AccessRight.WRITE : AccessRight.READ);
            if (write) {
                primaries.require(connection.requireInstance(), region, epoch);
            }
            return keys.open(connection, region, write);
        }
    }

    /**
     * Compare-and-set of the epoch: grants the next one.
     *
     * @param force also from a live primary
     * @throws PmuException {@code EPOCH_CHANGED}, {@code PRIMARY_EXISTS}, {@code NOT_AUTHORIZED} without a session,
     *     {@code LIMIT_REACHED}, {@code UNIT_IO}; nothing has changed
     */
    public GrantedEpoch claim(long connectionId, String name, long expectedEpoch, boolean force) throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            Instance instance = connection.requireInstance();
            if (!instance.isPresent()) {
                throw new PmuException(
                        ErrorCode.NO_SESSION,
                        "instance " + instance.name + " has no session with the unit; open a session first");
            }
            ManagedRegion region = connections.region(connection, name, AccessRight.TAKE_OVER);
            Access.require(region, connection.principal, AccessRight.WRITE);
            if (force) {
                Access.require(region, connection.principal, AccessRight.ADMINISTER);
            }
            return primaries.claim(connection, region, expectedEpoch, force);
        }
    }

    /** The new primary's records begin at that position. Refused as {@link #open} for writing. */
    public RegionStatus begin(long connectionId, String name, long epoch, long startPosition) throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            ManagedRegion region = connections.region(connection, name, AccessRight.WRITE);
            primaries.begin(connection.requireInstance(), region, epoch, startPosition);
            return region.status();
        }
    }

    /** The primary gives the region up. Refused as {@link #open} for writing. */
    public RegionStatus resign(long connectionId, String name, long epoch) throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            ManagedRegion region = connections.region(connection, name, AccessRight.WRITE);
            primaries.resign(connection.requireInstance(), region, epoch);
            return region.status();
        }
    }

    /**
     * Makes another instance that uses the region its primary: asked by the primary, or by an administrator's tool.
     *
     * @param to the successor; empty for any
     * @param force without asking the primary; for tools alone
     * @throws PmuException {@code REGION_UNKNOWN}, {@code NOT_AUTHORIZED}, {@code NOT_PRIMARY} if nobody is the primary,
     *     {@code NO_STANDBY}
     */
    public RegionStatus switchOver(long connectionId, String name, String to, boolean force) throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            boolean tool = connection.instance == null;
            ManagedRegion region =
                    connections.region(connection, name, tool ? AccessRight.ADMINISTER : AccessRight.WRITE);
            if (!tool) {
                primaries.require(connection.instance, region, region.entry.getEpoch());
                requireUnforced(name, force);
            }
            if (force) {
                primaries.takeFromPrimary(connection, region, to, settings.leaseMillis());
            } else {
                primaries.handOver(connection, region, to, settings.leaseMillis());
            }
            return region.status();
        }
    }

    private static void requireUnforced(String region, boolean force) throws PmuException {
        if (force) {
            throw new PmuException(
                    ErrorCode.NOT_AUTHORIZED,
                    "region " + region
                            + " is taken from its primary by an administrator's tool only, not by an instance;"
                            + " hand it over without force");
        }
    }

    /** Frees what lies before the position. Refused as {@link #open} for writing. */
    public RegionStatus trim(long connectionId, String name, long epoch, long position) throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            ManagedRegion region = connections.region(connection, name, AccessRight.WRITE);
            primaries.trim(connection.requireInstance(), region, epoch, position);
            return region.status();
        }
    }

    /**
     * Takes the outcome of a transaction branch in doubt from somebody who cannot write it, durably when this returns: from
     * the instance that prepared the branch, or as an administrator's decision from a tool. The primary writes it.
     *
     * @return the outcome that holds, which is the first that was told
     * @throws PmuException {@code REGION_UNKNOWN}, {@code NOT_AUTHORIZED} also for another instance's branch,
     *     {@code LIMIT_REACHED}, {@code UNIT_IO}
     */
    public Resolution resolve(long connectionId, String name, BranchKey branch, boolean commit) throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            ManagedRegion region = toSettle(connection, name, branch);
            String who = connection.instance == null ? connection.principal.toString() : connection.instance.name;
            return Resolutions.resolve(regions, region, branch, commit, connection.instance == null, who);
        }
    }

    /** The primary's log has the outcomes of these branches. Refused as {@link #open} for writing. */
    public RegionStatus resolutionsApplied(long connectionId, String name, long epoch, List<BranchKey> branches)
            throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            ManagedRegion region = connections.region(connection, name, AccessRight.WRITE);
            primaries.require(connection.requireInstance(), region, epoch);
            Resolutions.applied(regions, region, branches);
            return region.status();
        }
    }

    /**
     * Forgets an administrator's decision: the transaction manager has heard of it, or an administrator says so.
     *
     * @throws PmuException {@code BRANCH_UNKNOWN}, and as {@link #resolve}
     */
    public void forget(long connectionId, String name, BranchKey branch) throws PmuException {
        synchronized (connections) {
            ManagedConnection connection = connections.requireGreeted(connectionId);
            Resolutions.forget(regions, toSettle(connection, name, branch), branch);
        }
    }

    private ManagedRegion toSettle(ManagedConnection connection, String name, BranchKey branch) throws PmuException {
        if (connection.instance == null) {
            return connections.region(connection, name, AccessRight.ADMINISTER);
        }
        if (!connection.instance.name.equals(branch.instanceName())) {
            throw new PmuException(
                    ErrorCode.NOT_AUTHORIZED,
                    "instance " + connection.instance.name + " cannot settle a transaction branch of "
                            + branch.instanceName() + ": its own transaction manager does, or an administrator");
        }
        return connections.region(connection, name, AccessRight.WRITE);
    }
}
