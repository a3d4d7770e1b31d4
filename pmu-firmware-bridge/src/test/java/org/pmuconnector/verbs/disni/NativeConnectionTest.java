package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pmuconnector.verbs.disni.Listener.ConnectedPair;

/** Connections on a real device begin, end and fail with the events that belong to it. */
@Tag("rdma")
class NativeConnectionTest {

    /** In the device's network, with nobody there. */
    private static final InetSocketAddress DEAD = new InetSocketAddress("10.0.2.77", 7471);

    private static final int SHORT_MILLIS = 300;

    private Listener listener;

    @BeforeEach
    void listen() throws IOException {
        listener = new Listener();
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    @Test
    void connection_fromResolvingToTheEnd_deliversItsEventsInOrder() throws Exception {
        List<EventType> clientTypes = new ArrayList<>();
        List<EventType> serverTypes = new ArrayList<>();
        RdmaCmId id = listener.clientEvents.createId();

        id.resolveAddr(null, listener.address(), Events.PATIENCE_MILLIS);
        clientTypes.add(nextOf(listener.clientEvents, id));
        id.resolveRoute(Events.PATIENCE_MILLIS);
        clientTypes.add(nextOf(listener.clientEvents, id));
        RawEndpoint client = new RawEndpoint(id);
        id.connect(RawEndpoint.parameters());
        RdmaCmEvent request = listener.events.await(EventType.RDMA_CM_EVENT_CONNECT_REQUEST);
        assertThat(request.getListenIdPriv()).isSameAs(listener.id);
        RawEndpoint server = new RawEndpoint(request.getConnIdPriv());
        server.id.accept(RawEndpoint.parameters());
        clientTypes.add(nextOf(listener.clientEvents, id));
        serverTypes.add(nextOf(listener.events, server.id));
        assertThat(((InetSocketAddress) server.id.getDestination()).getPort())
                .isEqualTo(((InetSocketAddress) id.getSource()).getPort());
        assertThat(server.id.getSource()).isEqualTo(listener.address()).isEqualTo(id.getDestination());
        assertThat(server.id.disconnect()).isZero();
        clientTypes.add(nextOf(listener.clientEvents, id));
        assertThat(client.id.disconnect()).isZero();
        serverTypes.add(nextOf(listener.events, server.id));

        assertThat(clientTypes)
                .containsExactly(
                        EventType.RDMA_CM_EVENT_ADDR_RESOLVED,
                        EventType.RDMA_CM_EVENT_ROUTE_RESOLVED,
                        EventType.RDMA_CM_EVENT_ESTABLISHED,
                        EventType.RDMA_CM_EVENT_DISCONNECTED);
        assertThat(serverTypes)
                .containsExactly(EventType.RDMA_CM_EVENT_ESTABLISHED, EventType.RDMA_CM_EVENT_DISCONNECTED);
        if (isRoce()) { // iWARP connections have no such time.
            assertThat(nextOf(listener.clientEvents, id)).isEqualTo(EventType.RDMA_CM_EVENT_TIMEWAIT_EXIT);
            assertThat(nextOf(listener.events, server.id)).isEqualTo(EventType.RDMA_CM_EVENT_TIMEWAIT_EXIT);
        }
        client.close();
        server.close();
    }

    private static boolean isRoce() {
        return "rxe".equals(System.getProperty("rdma.device"));
    }

    private static EventType nextOf(Events events, RdmaCmId id) throws IOException {
        RdmaCmEvent event = events.channel().getCmEvent(Events.PATIENCE_MILLIS);
        assertThat(event).as("an event of %s", id).isNotNull();
        assertThat(event.getConnIdPriv()).isSameAs(id);
        return Events.type(event);
    }

    @Test
    void connect_whereNobodyListens_isRejected() throws Exception {
        SocketAddress nobody;
        try (Listener gone = new Listener()) {
            nobody = gone.address();
        }
        RawEndpoint client = new RawEndpoint(Listener.resolve(listener.clientEvents, nobody));

        if (isRoce()) {
            client.id.connect(RawEndpoint.parameters());
            listener.clientEvents.await(EventType.RDMA_CM_EVENT_REJECTED);
        } else { // To this host itself TCP connects at once, or not.
            assertThatThrownBy(() -> client.id.connect(RawEndpoint.parameters()))
                    .isInstanceOf(IOException.class)
                    .hasMessage("connect: Connection refused (errno 111)");
        }
        client.close();
    }

    @Test
    void request_destroyedWithoutAnswer_isRejected() throws Exception {
        RawEndpoint client = new RawEndpoint(Listener.resolve(listener.clientEvents, listener.address()));
        client.id.connect(RawEndpoint.parameters());

        RdmaCmId request =
                listener.events.await(EventType.RDMA_CM_EVENT_CONNECT_REQUEST).getConnIdPriv();
        assertThat(request.destroyId()).isZero();

        listener.clientEvents.await(EventType.RDMA_CM_EVENT_REJECTED);
        client.close();
    }

    @Test
    void wait_forADeadAddress_endsAtItsOwnTimeOut() throws Exception {
        RdmaCmId id = listener.clientEvents.createId();
        id.resolveAddr(null, DEAD, Events.PATIENCE_MILLIS);

        long began = System.nanoTime();
        RdmaCmEvent event = listener.clientEvents.channel().getCmEvent(SHORT_MILLIS);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);

        assertThat(event).isNull();
        assertThat(millis).isBetween((long) SHORT_MILLIS, Events.PATIENCE_MILLIS / 2L);
        // The kernel still looks for the way.
        assertThat(id.destroyId()).isZero();
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began)).isLessThan(Events.PATIENCE_MILLIS / 2L);
    }

    @Test
    void resolving_aDeadAddress_failsAtTheTimeOutThatTheKernelIsGiven() throws Exception {
        RdmaCmId id = listener.clientEvents.createId();

        id.resolveAddr(null, DEAD, SHORT_MILLIS);

        listener.clientEvents.await(EventType.RDMA_CM_EVENT_ADDR_ERROR);
        assertThat(id.destroyId()).isZero();
    }

    @Test
    void end_destroyedWithoutDisconnecting_disconnectsItsPeer() throws Exception {
        ConnectedPair ends = listener.connect();

        ends.client().close();

        listener.events.await(EventType.RDMA_CM_EVENT_DISCONNECTED);
        ends.server().close();
    }

    @Test
    void end_thatNeverConnected_isDestroyed() throws Exception {
        new RawEndpoint(Listener.resolve(listener.clientEvents, listener.address())).close();
        assertThat(listener.clientEvents.createId().destroyId()).isZero();
    }

    @Test
    void disconnect_withoutAConnection_isAnError() throws Exception {
        RdmaCmId unresolved = listener.clientEvents.createId();
        assertThat(unresolved.disconnect()).isNegative();
        assertThat(unresolved.destroyId()).isZero();

        RawEndpoint unconnected = new RawEndpoint(Listener.resolve(listener.clientEvents, listener.address()));
        assertThat(unconnected.id.disconnect()).isNegative();
        unconnected.close();
    }

    @Test
    void connect_withoutADeviceOrAQueuePair_isAnError() throws Exception {
        RdmaCmId unresolved = listener.clientEvents.createId();
        assertThatThrownBy(() -> unresolved.connect(RawEndpoint.parameters()))
                .isInstanceOf(IOException.class)
                .hasMessage("connect: No such device (errno 19)");
        assertThat(unresolved.destroyId()).isZero();

        RdmaCmId resolved = Listener.resolve(listener.clientEvents, listener.address());
        assertThatThrownBy(() -> resolved.connect(RawEndpoint.parameters()))
                .isInstanceOf(IOException.class)
                .hasMessage("connect: Transport endpoint is not connected (errno 107)");
        assertThat(resolved.destroyId()).isZero();
    }

    @Test
    void getCmEvent_channelDestroyed_returns() throws Exception {
        Events events = new Events();
        Waiter<RdmaCmEvent> waiter = Waiter.start(() -> events.channel().getCmEvent(-1));

        events.close();

        assertThat(waiter.result()).isNull();
    }
}
