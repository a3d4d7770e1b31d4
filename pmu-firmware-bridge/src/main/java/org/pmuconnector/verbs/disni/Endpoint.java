package org.pmuconnector.verbs.disni;

import com.ibm.disni.util.MemoryUtils;
import com.ibm.disni.verbs.IbvCQ;
import com.ibm.disni.verbs.IbvCompChannel;
import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvPd;
import com.ibm.disni.verbs.IbvQP;
import com.ibm.disni.verbs.IbvQPInitAttr;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.SVCPostRecv;
import com.ibm.disni.verbs.SVCPostSend;
import com.ibm.disni.verbs.SVCRegMr;
import com.ibm.disni.verbs.StatefulVerbCall;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.pmuconnector.model.LogMessage;

/**
 * What one connection has at the device: a protection domain, a completion queue with its channel, and a queue pair, none
 * of which any other connection uses. So a key registered here is good for this connection alone, and without the queue
 * pair it is good for nobody.
 *
 * <p>Safe for use by many threads, except for the completion queue, which one thread uses at a time.
 */
public final class Endpoint {

    private static final System.Logger LOG = System.getLogger(Endpoint.class.getName());

    private final EventChannel events;
    private final RdmaCmId id;
    private final Object lock = new Object();
    /** Of the thread that registers and closes. */
    private final Deque<Registration> registrations = new ArrayDeque<>();

    private final List<StatefulVerbCall<?>> prepared = new ArrayList<>();
    private IbvPd domain;
    private IbvCompChannel channel;
    private IbvCQ queue;
    private IbvQP pair;
    private Completions completions;
    /** It has none, or the device has confirmed that it has none any more. */
    private boolean withoutPair = true;

    private boolean ended;
    private boolean closed;

    /** Memory that the device may use, and the buffer that keeps it from being collected. */
    private record Registration(IbvMr region, ByteBuffer memory) {}

    private Endpoint(EventChannel events, RdmaCmId id) {
        this.events = events;
        this.id = id;
    }

    /**
     * Makes all that a connection needs before it is connected or accepted. The id is this endpoint's from now on, also when
     * this fails.
     *
     * @param id of a known device: its route is resolved, or it came with a connection request
     * @param sendRequests how many work requests to send, write and read may be under way
     * @param receiveRequests how many receives may be posted
     * @throws IOException with the device's reason
     */
    public static Endpoint create(EventChannel events, RdmaCmId id, int sendRequests, int receiveRequests)
            throws IOException {
        Endpoint endpoint = new Endpoint(events, id);
        try {
            endpoint.allocate(sendRequests, receiveRequests);
            return endpoint;
        } catch (IOException | RuntimeException e) {
            endpoint.close();
            throw e;
        }
    }

    private void allocate(int sendRequests, int receiveRequests) throws IOException {
        IbvContext context = id.getVerbs();
        if (context == null) {
            throw new IOException("the connection is on no device");
        }
        domain = context.allocPd();
        channel = context.createCompChannel();
        queue = context.createCQ(channel, sendRequests + receiveRequests, 0);
        completions = new Completions(queue, channel);
        IbvQPInitAttr attributes = new IbvQPInitAttr();
        attributes.cap().setMax_send_wr(sendRequests);
        attributes.cap().setMax_recv_wr(receiveRequests);
        attributes.cap().setMax_send_sge(1);
        attributes.cap().setMax_recv_sge(1);
        attributes.setQp_type(IbvQP.IBV_QPT_RC);
        attributes.setSend_cq(queue);
        attributes.setRecv_cq(queue);
        withoutPair = false;
        pair = id.createQP(domain, attributes);
    }

    /** The connection manager's name for the connection. */
    public RdmaCmId id() {
        return id;
    }

    /** What has been completed. For one thread at a time. */
    public Completions completions() {
        return completions;
    }

    /**
     * Lets the device use what remains in a direct buffer, until this endpoint is closed. Takes the longer the more it is,
     * and keeps nobody from fencing meanwhile. For the thread that closes this endpoint.
     *
     * @param access the device's flags, {@code IBV_ACCESS_…}
     * @throws IOException with the device's reason, such as too little lockable memory
     */
    public IbvMr register(ByteBuffer memory, int access) throws IOException {
        synchronized (lock) {
            requireOpen();
        }
        long address = MemoryUtils.getAddress(memory) + memory.position();
        SVCRegMr call = domain.regMr(address, memory.remaining(), access);
        try {
            IbvMr region = call.execute().getMr();
            registrations.push(new Registration(region, memory));
            return region;
        } finally {
            call.free();
        }
    }

    /** Prepares work requests that are posted together, again and again; freed when this endpoint is closed. */
    public SVCPostSend prepare(IbvSendWR... requests) throws IOException {
        synchronized (lock) {
            requireOpen();
            SVCPostSend call = pair.postSend(List.of(requests), null);
            prepared.add(call);
            return call;
        }
    }

    /** Prepares a receive that is posted again and again; freed when this endpoint is closed. */
    public SVCPostRecv prepare(IbvRecvWR request) throws IOException {
        synchronized (lock) {
            requireOpen();
            SVCPostRecv call = pair.postRecv(List.of(request), null);
            prepared.add(call);
            return call;
        }
    }

    /**
     * Posts what was prepared, unless the connection has ended at this side. Postings come one at a time.
     *
     * @throws IOException if it has ended, or with the device's reason
     */
    public void post(StatefulVerbCall<?> call) throws IOException {
        synchronized (lock) {
            requireOpen();
            call.execute();
        }
    }

    private void requireOpen() throws IOException {
        if (ended) {
            throw new IOException("the connection has ended at this side");
        }
    }

    /** Tells the peer that the connection is over, and fails all work requests that are under way. */
    public void disconnect() {
        synchronized (lock) {
            if (ended || pair == null) {
                return;
            }
            try {
                int result = id.disconnect();
                if (result != 0) {
                    // It had never been connected, or the peer was faster.
                    LOG.log(Level.DEBUG, "disconnecting: error {0}", -result);
                }
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "disconnecting: {0}", e.getMessage());
            }
        }
    }

    /**
     * Destroys the queue pair. When this returns, the device has confirmed it, and no access of the peer's can land any more.
     *
     * @throws IOException if the device did not confirm it
     */
    public void fence() throws IOException {
        disconnect();
        synchronized (lock) {
            ended = true;
            destroyPair();
        }
    }

    private void destroyPair() throws IOException {
        if (withoutPair) {
            return;
        }
        int result;
        if (pair == null) {
            // It could not be made.
            result = 0;
        } else if (pair.isOpen()) {
            result = id.destroyQP();
        } else {
            // DiSNI takes a queue pair for destroyed once it was asked to; the id's end asks the device again.
            result = id.isOpen() ? id.destroyId() : -1;
        }
        if (result != 0) {
            throw new IOException("the queue pair could not be destroyed: error " + -result);
        }
        withoutPair = true;
    }

    /** Whether the device has confirmed that nothing of the peer's can land any more. */
    public boolean isFenced() {
        synchronized (lock) {
            return withoutPair;
        }
    }

    /**
     * Gives everything back, children before their parents. Nobody may wait for completions any more. Closing twice does
     * nothing.
     */
    public void close() {
        disconnect();
        synchronized (lock) {
            ended = true;
            if (closed) {
                return;
            }
            closed = true;
            attempt("queue pair", () -> {
                destroyPair();
                return 0;
            });
        }
        // Whoever fences does not wait for the rest.
        while (!registrations.isEmpty()) {
            deregister(registrations.pop());
        }
        prepared.forEach(StatefulVerbCall::free);
        if (completions != null) {
            completions.free();
        }
        if (queue != null) {
            attempt("completion queue", queue::destroyCQ);
        }
        if (channel != null) {
            attempt("completion channel", channel::destroyCompChannel);
        }
        if (domain != null) {
            attempt("protection domain", domain::deallocPd);
        }
        if (id.isOpen()) {
            attempt("connection", this::destroyId);
        }
        events.forget(id);
    }

    /** With it goes a queue pair that the device would not give back before. */
    private int destroyId() throws IOException {
        synchronized (lock) {
            int result = id.destroyId();
            withoutPair |= result == 0;
            return result;
        }
    }

    private static void deregister(Registration registration) {
        try {
            registration.region.deregMr().execute().free();
        } catch (IOException e) {
            LogMessage.MEMORY_KEPT.log(LOG, e.getMessage());
        }
    }

    /** Destroys something at the device. */
    @FunctionalInterface
    private interface Destruction {
        int run() throws Exception;
    }

    private static void attempt(String what, Destruction destruction) {
        try {
            int result = destruction.run();
            if (result != 0) {
                LogMessage.DEVICE_OBJECT_KEPT.log(LOG, what, "error " + -result);
            }
        } catch (Exception e) {
            LogMessage.DEVICE_OBJECT_KEPT.logFailure(LOG, e, what, e);
        }
    }
}
