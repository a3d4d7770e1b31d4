package org.pmuconnector.pmu.manager;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.scram.ScramServer;

/** What the manager knows of a connection. */
final class ManagedConnection {

    /** Also its protection domain. */
    final long id;

    final ManagerPeer peer;
    final long connectedNanos;

    /** Its log-in, while that is in progress. */
    ScramServer exchange;

    /** Whom the challenge was for, null if there is no such user. */
    User challenged;

    /** It has had its try. */
    boolean loginFailed;

    /** On whose behalf it asks: known from the log-in, or from hello without one. */
    Principal principal;

    /** Null until it has said hello. */
    Purpose purpose;

    /** Null for a tool. */
    Instance instance;

    /** The one region that its keys are for, null if it has had none. */
    ManagedRegion region;

    /** The region that it fills and alone may use, null if there is none. */
    ManagedRegion importing;

    final Set<Integer> keys = new LinkedHashSet<>();
    final Set<ManagedRegion> watches = new LinkedHashSet<>();
    final Set<SubscriptionOwner> ownedSubscriptions = new LinkedHashSet<>();

    ManagedConnection(long id, ManagerPeer peer, long connectedNanos) {
        this.id = id;
        this.peer = peer;
        this.connectedNanos = connectedNanos;
    }

    /** The instance; refuses a tool, which has none. */
    Instance requireInstance() throws PmuException {
        if (instance == null) {
            throw new PmuException(
                    ErrorCode.NOT_AUTHORIZED, "a tool's connection may look and create, not change what is there");
        }
        return instance;
    }

    /** Which it is, for logs: by its number, which lists of connections show, and its peer. */
    String describe() {
        return "connection " + id + ", " + peer.name();
    }

    ConnectionStatus status(long nowNanos) {
        return new ConnectionStatus(
                id,
                peer.name(),
                purpose,
                instance == null ? "" : instance.name,
                region == null ? "" : region.name(),
                keys.size(),
                TimeUnit.NANOSECONDS.toMillis(nowNanos - connectedNanos));
    }
}
