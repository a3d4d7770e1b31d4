package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pmuconnector.verbs.DeviceResources;

/** Clients that go at any moment of their connections, and a server that takes whoever comes. */
@Tag("rdma")
class NativeChurnTest {

    private static final int CLIENTS = 2;
    private static final int CONNECTIONS = 60;
    private static final int STAGES = 6;
    private static final int GLANCE_MILLIS = 20;

    private final Map<RdmaCmId, RawEndpoint> accepted = new HashMap<>();
    private final List<String> refusals = new ArrayList<>();
    private volatile boolean clientsGone;
    private volatile boolean over;

    @Test
    void ends_destroyedAtAnyMoment_leaveNothing() throws Exception {
        long seed = System.nanoTime();
        System.out.println("connections that end at any moment, seed " + seed);
        ExecutorService threads = Executors.newFixedThreadPool(1 + CLIENTS);
        try (Listener listener = new Listener()) {
            listener.connect().close();
            Map<String, Integer> before = DeviceResources.count();
            ExecutorCompletionService<Void> ended = new ExecutorCompletionService<>(threads);
            ended.submit(() -> serve(listener.events));
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(seed + i);
                ended.submit(() -> connectAndGo(listener.address(), random));
            }
            for (int i = 0; i < CLIENTS; i++) {
                ended.take().get(); // The server's, if that failed.
            }
            clientsGone = true;
            DeviceResources.await(before);
            over = true;
            ended.take().get();
            System.out.println("connections that their clients had left: " + refusals.size());
            assertThat(refusals).allMatch(message -> message.matches(".*: .+ \\(errno \\d+\\)"));
        } finally {
            over = true;
            threads.shutdown();
        }
    }

    private Void connectAndGo(SocketAddress address, Random random) throws Exception {
        try (Events events = new Events()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                go(events, address, random.nextInt(STAGES));
            }
        }
        return null;
    }

    private static void go(Events events, SocketAddress address, int stage) throws Exception {
        if (stage == 0) {
            RdmaCmId id = events.createId();
            id.resolveAddr(null, address, Events.PATIENCE_MILLIS);
            assertThat(id.destroyId()).isZero();
            return;
        }
        RdmaCmId id = Listener.resolve(events, address);
        if (stage == 1) {
            assertThat(id.destroyId()).isZero();
            return;
        }
        try (RawEndpoint end = new RawEndpoint(id)) {
            if (stage > 2) {
                id.connect(RawEndpoint.parameters());
            }
            if (stage > 3) {
                events.await(EventType.RDMA_CM_EVENT_ESTABLISHED);
            }
            if (stage > 4) {
                end.post(IbvSendWR.IBV_WR_SEND, RawEndpoint.MEMORY_BYTES, end);
            }
        }
    }

    /** Requests of clients that are gone may still come: each is an object at the device until it is answered. */
    private Void serve(Events events) throws Exception {
        while (!over) {
            RdmaCmEvent event = events.channel().getCmEvent(GLANCE_MILLIS);
            if (event != null) {
                handle(event);
            }
            if (clientsGone) {
                for (RawEndpoint end : accepted.values()) {
                    end.close();
                }
                accepted.clear();
            }
        }
        return null;
    }

    private void handle(RdmaCmEvent event) throws Exception {
        RdmaCmId id = event.getConnIdPriv();
        if (Events.type(event) == EventType.RDMA_CM_EVENT_CONNECT_REQUEST) {
            accept(id);
        } else if (Events.type(event) != EventType.RDMA_CM_EVENT_ESTABLISHED && accepted.containsKey(id)) {
            accepted.remove(id).close();
        }
    }

    /** The client may be gone again, at any of these steps. */
    private void accept(RdmaCmId id) throws Exception {
        RawEndpoint end;
        try {
            end = new RawEndpoint(id);
        } catch (IOException e) {
            refusals.add(e.getMessage());
            assertThat(id.destroyId()).isZero();
            return;
        }
        try {
            id.accept(RawEndpoint.parameters());
            accepted.put(id, end);
        } catch (IOException e) {
            refusals.add(e.getMessage());
            end.close();
        }
    }
}
