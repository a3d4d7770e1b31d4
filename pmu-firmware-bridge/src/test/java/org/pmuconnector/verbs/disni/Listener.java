package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Listens on the machine's RDMA device, and connects two ends of this process. */
final class Listener implements AutoCloseable {

    /** Where the machine's device is. */
    static final String HOST = "10.0.2.15";

    private static final int BACKLOG = 8;

    final Events events = new Events();
    final Events clientEvents = new Events();
    final RdmaCmId id;

    Listener() throws IOException {
        id = events.createId();
        id.bindAddr(new InetSocketAddress(HOST, 0));
        id.listen(BACKLOG);
    }

    SocketAddress address() throws IOException {
        return id.getSource();
    }

    /** An id that has found its way to an address, and so a device. */
    static RdmaCmId resolve(Events events, SocketAddress to) throws IOException {
        RdmaCmId id = events.createId();
        id.resolveAddr(null, to, Events.PATIENCE_MILLIS);
        events.await(EventType.RDMA_CM_EVENT_ADDR_RESOLVED);
        id.resolveRoute(Events.PATIENCE_MILLIS);
        events.await(EventType.RDMA_CM_EVENT_ROUTE_RESOLVED);
        return id;
    }

    /** Both ends of a new connection, established. */
    ConnectedPair connect() throws IOException {
        RawEndpoint client = new RawEndpoint(resolve(clientEvents, address()));
        client.id.connect(RawEndpoint.parameters());
        RawEndpoint server = new RawEndpoint(
                events.await(EventType.RDMA_CM_EVENT_CONNECT_REQUEST).getConnIdPriv());
        server.id.accept(RawEndpoint.parameters());
        clientEvents.await(EventType.RDMA_CM_EVENT_ESTABLISHED);
        events.await(EventType.RDMA_CM_EVENT_ESTABLISHED);
        return new ConnectedPair(client, server, this);
    }

    @Override
    public void close() throws IOException {
        assertThat(id.destroyId()).as("destroying an id that listens").isZero();
        events.close();
        clientEvents.close();
    }

    /** Two ends of one connection. */
    record ConnectedPair(RawEndpoint client, RawEndpoint server, Listener listener) implements AutoCloseable {

        /** Ends the connection: InfiniBand's first to disconnect hears of it once the other has done so too. */
        void disconnect() throws IOException {
            assertThat(client.id.disconnect()).as("disconnecting").isZero();
            listener.events.await(EventType.RDMA_CM_EVENT_DISCONNECTED);
            assertThat(server.id.disconnect()).as("disconnecting in answer").isZero();
            listener.clientEvents.await(EventType.RDMA_CM_EVENT_DISCONNECTED);
        }

        /** Destroys both ends, connected or not. */
        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }
}
