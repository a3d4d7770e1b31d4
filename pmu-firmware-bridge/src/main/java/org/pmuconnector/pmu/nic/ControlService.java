package org.pmuconnector.pmu.nic;

import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.model.PmuException;

/** To whom a network interface hands control messages. Safe for use by many threads. */
public interface ControlService {

    /**
     * A connection has been set up.
     *
     * @param connection what the service may do to it
     * @return the service's side of it
     * @throws PmuException {@code LIMIT_REACHED} if there are too many; the interface refuses the connection then
     */
    ControlConnection connected(NicConnection connection) throws PmuException;

    /** The service's side of one connection. One thread at a time, but {@link #ended} may come from another. */
    interface ControlConnection {

        /** The protection domain to check this connection's accesses against. */
        long protectionDomain();

        /** Answers a request; a failure becomes the response's status. Never throws for what a peer may send. */
        Response handle(Request request);

        /** The connection is over; all that was bound to it is given up. Further calls do nothing. */
        void ended(String evidence);
    }

    /** The interface's side of one connection. Safe for use by many threads. */
    interface NicConnection {

        /** The peer, for logs and tables: address and port, or the process. */
        String peer();

        /** What all connections of the peer's host have in common, for limits that are for a host: its address. */
        default String address() {
            String peer = peer();
            int port = peer.lastIndexOf(':');
            return port < 0 ? peer : peer.substring(0, port);
        }

        /** Queues an event towards the peer; never blocks. A peer that does not take its events is disconnected. */
        void push(Event event);

        /** Ends the connection soon, without waiting for it. */
        void disconnect(String reason);
    }
}
