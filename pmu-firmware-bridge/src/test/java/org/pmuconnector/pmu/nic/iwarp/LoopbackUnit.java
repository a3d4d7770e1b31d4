package org.pmuconnector.pmu.nic.iwarp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.HeartbeatReply;
import org.pmuconnector.control.wire.HelloReply;
import org.pmuconnector.control.wire.ListRegionsReply;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.nic.ProtectionFaultException.Fault;
import org.pmuconnector.pmu.nic.RemoteMemory;

/**
 * The least that a network interface needs behind it: one array of memory, keys, and a control service that answers the
 * requests the tests make. On a real {@link IwarpNic} at a free port of the loopback interface.
 */
public final class LoopbackUnit implements RemoteMemory, ControlService, AutoCloseable {

    /** Where the memory begins. */
    public static final long BASE = 1L << 40;

    /** A range that is known to the keys but has no memory. */
    public static final long UNMAPPED = BASE + (1L << 30);

    private final byte[] memory;
    private final Map<Integer, Key> keys = new ConcurrentHashMap<>();
    private final Map<Long, NicConnection> watchers = new ConcurrentHashMap<>();
    private final Map<Long, NicConnection> connections = new ConcurrentHashMap<>();
    private final List<String> endings = new CopyOnWriteArrayList<>();
    private final AtomicLong nextDomain = new AtomicLong(1);
    private final AtomicInteger nextKey = new AtomicInteger(0x100);
    private final AtomicInteger flushes = new AtomicInteger();
    private final IwarpNic nic;
    private final boolean secured;
    private volatile boolean readOnly;

    private record Key(long domain, long base, long lengthBytes, boolean write) {}

    /** A unit with that much memory. */
    public LoopbackUnit(int sizeBytes, IwarpNicOptions options) throws PmuException {
        memory = new byte[sizeBytes];
        secured = options.tls() != null;
        nic = IwarpNic.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), this, this, options);
    }

    /** The network interface. */
    public IwarpNic nic() {
        return nic;
    }

    /** Where initiators find it. */
    public UnitAddress address() throws PmuException {
        return UnitAddress.parse((secured ? "iwarps" : "iwarp") + "://127.0.0.1:"
                + nic.localAddress().getPort());
    }

    /** A copy of the memory. */
    public byte[] memory() {
        synchronized (memory) {
            return memory.clone();
        }
    }

    /** Why connections ended, in that order. */
    public List<String> endings() {
        return endings;
    }

    /** Flush requests that were answered. */
    public int flushes() {
        return flushes.get();
    }

    /** Open connections, by protection domain. */
    public Map<Long, NicConnection> connections() {
        return connections;
    }

    /** Takes a key out of the table. */
    public void revoke(int key) {
        keys.remove(key);
    }

    /** Grants no right to write from now on, whatever is asked for. */
    public void grantReadsOnly() {
        readOnly = true;
    }

    /** Pushes an event to all that watch. */
    public void push(Event event) {
        watchers.values().forEach(watcher -> watcher.push(event));
    }

    @Override
    public void place(long protectionDomain, int key, long address, ByteBuffer source) throws ProtectionFaultException {
        int at = check(protectionDomain, key, address, source.remaining(), true);
        synchronized (memory) {
            source.get(memory, at, source.remaining());
        }
    }

    @Override
    public void fetch(long protectionDomain, int key, long address, ByteBuffer sink) throws ProtectionFaultException {
        int at = check(protectionDomain, key, address, sink.remaining(), false);
        synchronized (memory) {
            sink.put(memory, at, sink.remaining());
        }
    }

    @Override
    public void checkFetch(long protectionDomain, int key, long address, long lengthBytes)
            throws ProtectionFaultException {
        check(protectionDomain, key, address, lengthBytes, false);
    }

    private int check(long domain, int number, long address, long lengthBytes, boolean write)
            throws ProtectionFaultException {
        Key key = keys.get(number);
        Fault fault = null;
        if (key == null) {
            fault = Fault.INVALID_KEY;
        } else if (key.domain != domain) {
            fault = Fault.NOT_ASSOCIATED_WITH_STREAM;
        } else if (Long.compareUnsigned(address + lengthBytes, address) < 0) {
            fault = Fault.ADDRESS_WRAP;
        } else if (write && !key.write) {
            fault = Fault.ACCESS_RIGHTS;
        } else if (address >= UNMAPPED && address < UNMAPPED + 4096) {
            fault = Fault.UNMAPPED;
        } else if (address < key.base || address + lengthBytes > key.base + key.lengthBytes) {
            fault = Fault.BASE_OR_BOUNDS;
        }
        if (fault != null) {
            throw new ProtectionFaultException(fault, number, address, lengthBytes);
        }
        return (int) (address - BASE);
    }

    @Override
    public ControlConnection connected(NicConnection connection) throws PmuException {
        long domain = nextDomain.getAndIncrement();
        connections.put(domain, connection);
        return new Control(domain, connection);
    }

    private final class Control implements ControlConnection {

        private final long domain;
        private final NicConnection connection;

        Control(long domain, NicConnection connection) {
            this.domain = domain;
            this.connection = connection;
        }

        @Override
        public long protectionDomain() {
            return domain;
        }

        @Override
        public Response handle(Request request) {
            Response.Builder response = Response.newBuilder().setId(request.getId());
            switch (request.getBodyCase()) {
                case HELLO ->
                    response.setHello(
                            HelloReply.newBuilder().setProtocolVersion(1).setConnectionId(domain));
                case HEARTBEAT ->
                    response.setHeartbeat(HeartbeatReply.newBuilder().setBootNumber(1));
                case OPEN_REGION ->
                    response.setOpenRegion(OpenRegionReply.newBuilder()
                            .setKey(bind(request.getOpenRegion().getWrite()))
                            .setBaseAddress(BASE)
                            .setSizeBytes(memory.length));
                case FLUSH -> {
                    flushes.incrementAndGet();
                    if (!keys.containsKey(request.getFlush().getKey())) {
                        response.setStatus(ErrorCode.FENCED_OFF.number()).setMessage("the key is revoked");
                    }
                }
                case WATCH -> {
                    watchers.put(domain, connection);
                    response.setRegion(RegionState.newBuilder().setEpoch(1));
                }
                case LIST_REGIONS -> response.setListRegions(manyRegions());
                case GET_REGION -> throw new IllegalStateException("a defect of the unit, as the test wants it");
                default ->
                    response.setStatus(ErrorCode.PROTOCOL_VIOLATION.number()).setMessage("no such request");
            }
            return response.build();
        }

        private int bind(boolean write) {
            int key = nextKey.addAndGet(0x100);
            keys.put(key, new Key(domain, BASE, memory.length, write && !readOnly));
            return key;
        }

        @Override
        public void ended(String evidence) {
            keys.values().removeIf(key -> key.domain == domain);
            watchers.remove(domain);
            connections.remove(domain);
            endings.add(evidence);
        }
    }

    private static ListRegionsReply manyRegions() {
        ListRegionsReply.Builder reply = ListRegionsReply.newBuilder();
        char[] name = new char[100];
        Arrays.fill(name, 'r');
        for (int i = 0; i < 10_000; i++) {
            reply.addRegions(RegionState.newBuilder().setRegion(new String(name) + i));
        }
        return reply.build();
    }

    @Override
    public void close() {
        nic.close();
    }
}
