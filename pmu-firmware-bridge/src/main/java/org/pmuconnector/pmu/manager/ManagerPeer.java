package org.pmuconnector.pmu.manager;

/** What the manager may do to a connection. Called by any thread, with the manager's lock held: never blocks. */
public interface ManagerPeer {

    /** The peer, for logs and messages. */
    String name();

    /** What all connections of the peer's host have in common: its address. */
    default String address() {
        return name();
    }

    /** A region that the connection watches has changed. */
    void regionChanged(RegionStatus status);

    /** Ends the connection soon; the manager has already forgotten it. */
    void disconnect(String reason);
}
