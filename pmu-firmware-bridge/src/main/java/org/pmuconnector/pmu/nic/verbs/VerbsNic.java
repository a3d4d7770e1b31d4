package org.pmuconnector.pmu.nic.verbs;

import com.ibm.disni.verbs.IbvContext;
import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.Pinning;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.DeviceFence;
import org.pmuconnector.pmu.nic.DeviceMemory;
import org.pmuconnector.pmu.nic.DeviceNic;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.pmu.nic.RefusalLog;
import org.pmuconnector.polling.PollGate;
import org.pmuconnector.verbs.disni.EventChannel;

/**
 * The network interface of a unit at an RDMA device: takes connection requests and serves each connection's control messages
 * on a thread of its own. Of reads and writes nothing is seen here: the device performs them. Safe for use by many threads.
 */
final class VerbsNic implements DeviceNic, DeviceFence {

    private static final System.Logger LOG = System.getLogger(VerbsNic.class.getName());

    private static final int BACKLOG = 128;

    /** Connections beyond the limit that are told so at the same time; further ones are refused without a word. */
    private static final int REFUSALS = 16;

    /** Between looks at whether it is closed. */
    private static final int EVENT_WAIT_MILLIS = 200;

    private static final long CLOSE_WAIT_MILLIS = 5_000;

    private final EventChannel events;
    private final RdmaCmId listener;
    private final InetSocketAddress localAddress;
    private final NicOptions options;
    private final PollGate gate = PollGate.ofProcessors();
    private final RefusalLog refusals = new RefusalLog(VerbsNic.class);
    private final Map<RdmaCmId, VerbsStream> streams = new ConcurrentHashMap<>();
    private final Map<Long, VerbsStream> byDomain = new ConcurrentHashMap<>();
    private final Thread acceptor;
    private volatile Served served;
    private volatile boolean closed;

    /** What the connections are served with. */
    private record Served(DeviceMemory memory, ControlService service, boolean persistentByRead) {}

    private VerbsNic(EventChannel events, RdmaCmId listener, InetSocketAddress localAddress, NicOptions options) {
        this.events = events;
        this.listener = listener;
        this.localAddress = localAddress;
        this.options = options;
        this.acceptor = new Thread(this::accept, "pmu-verbs-accept-" + localAddress.getPort());
        acceptor.setDaemon(true);
    }

    static VerbsNic bind(InetSocketAddress address, NicOptions options) throws PmuException {
        if (address.isUnresolved()) {
            throw cannotListen(address, "the host name is unknown", null);
        }
        if (!(address.getAddress() instanceof Inet4Address)) {
            throw cannotListen(address, "verbs are spoken over IPv4 alone", null);
        }
        if (address.getAddress().isAnyLocalAddress()) {
            throw cannotListen(address, "a wildcard address is on no device", null);
        }
        EventChannel events = null;
        RdmaCmId id = null;
        try {
            events = EventChannel.open();
            id = RdmaCm.open().createId(events, RdmaCm.RDMA_PS_TCP);
            id.bindAddr(address);
            int port = address.getPort() == 0 ? ((InetSocketAddress) id.getSource()).getPort() : address.getPort();
            return new VerbsNic(events, id, new InetSocketAddress(address.getAddress(), port), options);
        } catch (IOException e) {
            release(events, id);
            throw cannotListen(address, e.getMessage(), e);
        }
    }

    private static void release(EventChannel events, RdmaCmId id) {
        if (id != null) {
            try {
                id.destroyId();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "an address could not be given back: {0}", e.getMessage());
            }
        }
        if (events != null) {
            events.release();
        }
    }

    private static PmuException cannotListen(InetSocketAddress address, String why, IOException cause) {
        return new PmuException(
                ErrorCode.BAD_CONFIGURATION,
                "cannot listen on verbs://" + address.getHostString() + ":" + address.getPort() + ": " + why
                        + "; choose the address of an RDMA device, which 'pmu doctor' lists, and a free port",
                cause);
    }

    @Override
    public Pinning pinning() throws PmuException {
        try {
            IbvContext device = listener.getVerbs();
            if (device != null) {
                return new DevicePinning(device);
            }
            throw cannotListen(localAddress, "the address is on no RDMA device", null);
        } catch (IOException e) {
            throw cannotListen(localAddress, "the address is on no RDMA device: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void serve(DeviceMemory memory, ControlService service, boolean persistentByRead)
            throws PmuException {
        if (persistentByRead && !memory.isWrittenDirectly()) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "the appliance method is for persistent memory that a device writes to directly, and the unit is "
                            + memory.memoryDescription() + "; use the general purpose method");
        }
        served = new Served(memory, service, persistentByRead);
        try {
            listener.listen(BACKLOG);
        } catch (IOException e) {
            throw cannotListen(localAddress, e.getMessage(), e);
        }
        memory.attach(this);
        acceptor.start();
    }

    @Override
    public InetSocketAddress localAddress() {
        return localAddress;
    }

    @Override
    public int connectionCount() {
        return streams.size();
    }

    private void accept() {
        try {
            while (!closed) {
                EventChannel.Notice notice = events.next(EVENT_WAIT_MILLIS);
                if (notice != null) {
                    handle(notice.type(), notice.id());
                }
            }
        } catch (IOException e) {
            if (!closed) {
                LOG.log(Level.ERROR, "no longer listening on verbs://" + localAddress, e);
            }
        }
    }

    private void handle(EventType type, RdmaCmId id) {
        if (type == EventType.RDMA_CM_EVENT_CONNECT_REQUEST) {
            start(id);
            return;
        }
        VerbsStream stream = id == null ? null : streams.get(id);
        if (stream == null) {
            LOG.log(Level.DEBUG, "{0} of a connection that has ended", type);
            return;
        }
        switch (type) {
            case RDMA_CM_EVENT_ESTABLISHED -> stream.established();
            case RDMA_CM_EVENT_DISCONNECTED -> stream.peerEnded("closed by the peer");
            case RDMA_CM_EVENT_CONNECT_ERROR, RDMA_CM_EVENT_UNREACHABLE, RDMA_CM_EVENT_REJECTED ->
                stream.peerEnded("it could not be connected: " + type);
            case RDMA_CM_EVENT_DEVICE_REMOVAL -> stream.peerEnded("the RDMA device was taken away");
            default -> LOG.log(Level.DEBUG, "{0}: {1}", stream.peer(), type);
        }
    }

    private void start(RdmaCmId id) {
        int count = streams.size();
        if (closed || count >= options.limits().connections() + REFUSALS) {
            VerbsStream.refuse(events, id);
            return;
        }
        VerbsStream stream = new VerbsStream(
                this,
                events,
                id,
                served.memory,
                served.service,
                count >= options.limits().connections());
        Thread thread = new Thread(() -> run(id, stream), "pmu-verbs-" + stream.peer());
        thread.setDaemon(true);
        stream.setThread(thread);
        streams.put(id, stream);
        try {
            thread.start();
        } catch (OutOfMemoryError e) {
            streams.remove(id);
            VerbsStream.refuse(events, id);
            refusals.refused(stream.peer(), "no thread for a connection: " + e.getMessage());
        }
    }

    private void run(RdmaCmId id, VerbsStream stream) {
        try {
            stream.run();
        } finally {
            streams.remove(id);
        }
    }

    /** From now on the stream can be fenced. */
    void register(long protectionDomain, VerbsStream stream) {
        byDomain.put(protectionDomain, stream);
    }

    void unregister(long protectionDomain) {
        byDomain.remove(protectionDomain);
    }

    NicOptions options() {
        return options;
    }

    PollGate gate() {
        return gate;
    }

    RefusalLog refusals() {
        return refusals;
    }

    boolean isPersistentByRead() {
        return served.persistentByRead;
    }

    @Override
    public void fence(Set<Long> protectionDomains) throws PmuException {
        for (long domain : protectionDomains) {
            VerbsStream stream = byDomain.get(domain);
            if (stream != null) {
                fence(stream);
            }
        }
    }

    private static void fence(VerbsStream stream) throws PmuException {
        try {
            stream.fence();
        } catch (IOException e) {
            throw new PmuException(
                    ErrorCode.FENCE_UNCONFIRMED,
                    "the device did not confirm that " + stream.peer() + " cannot access the memory any more: "
                            + e.getMessage()
                            + "; try again, or restart the unit's process, which takes all from its peers",
                    e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_WAIT_MILLIS);
        try {
            acceptor.join(CLOSE_WAIT_MILLIS);
            streams.values().forEach(stream -> stream.disconnect("the unit is being closed"));
            for (VerbsStream stream : streams.values()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left > 0) {
                    stream.join(left);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (served != null) {
            served.memory.detach(this);
        }
        release(events, listener);
    }
}
