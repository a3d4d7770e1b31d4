package org.pmuconnector.pmu.nic.verbs;

import com.ibm.disni.verbs.IbvMr;
import com.ibm.disni.verbs.IbvRecvWR;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaConnParam;
import com.ibm.disni.verbs.SVCPostRecv;
import com.ibm.disni.verbs.SVCPostSend;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.pmuconnector.pmu.nic.VerbsPeer;
import org.pmuconnector.verbs.disni.Endpoint;
import org.pmuconnector.verbs.disni.EventChannel;
import org.pmuconnector.verbs.disni.WorkRequest;

/** {@link VerbsPeer} on DiSNI. Defined by the class loader for verbs, as it is in a package of that loader's. */
public final class RawVerbsPeer implements VerbsPeer {

    private static final int PATIENCE_MILLIS = 60_000;
    private static final int SEND_REQUESTS = 64;
    private static final int RECEIVE_AREA_BYTES = WINDOW * FRAME_BYTES;
    private static final int SEND_SLOT_BYTES = 2 * FRAME_BYTES;
    private static final byte RECEIVER_NOT_READY_RETRIES = 7;
    private static final byte WRITTEN = (byte) 0xEE;
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final ByteBuffer memory = ByteBuffer.allocateDirect(RECEIVE_AREA_BYTES + WINDOW * SEND_SLOT_BYTES);
    private final List<SVCPostRecv> receives = new ArrayList<>();
    private final Queue<byte[]> received = new ArrayDeque<>();

    /** The numbers of requests that are not completed, and the statuses of others that nobody has asked for yet. */
    private final Set<Integer> pending = new HashSet<>();

    private final Map<Integer, String> statuses = new LinkedHashMap<>();
    private EventChannel events;
    private Endpoint endpoint;
    private long memoryAddress;
    private int localKey;
    private SVCPostSend send;
    private SVCPostSend write;
    private SVCPostSend writeWithImmediate;
    private SVCPostSend read;
    private SVCPostSend writes;
    private int posted;
    private int sends;
    private boolean receiving = true;
    private boolean over;

    /** For the class loader for verbs alone. */
    public RawVerbsPeer() {}

    @Override
    public void connect(InetSocketAddress unit, int receiveCount, int retries) throws IOException {
        events = EventChannel.open();
        RdmaCmId id = RdmaCm.open().createId(events, RdmaCm.RDMA_PS_TCP);
        try {
            id.resolveAddr(null, unit, PATIENCE_MILLIS);
            await(EventType.RDMA_CM_EVENT_ADDR_RESOLVED);
            id.resolveRoute(PATIENCE_MILLIS);
            await(EventType.RDMA_CM_EVENT_ROUTE_RESOLVED);
        } catch (IOException | RuntimeException e) {
            id.destroyId();
            throw e;
        }
        endpoint = Endpoint.create(events, id, SEND_REQUESTS, WINDOW);
        IbvMr region = endpoint.register(memory, IbvMr.IBV_ACCESS_LOCAL_WRITE);
        memoryAddress = region.getAddr();
        localKey = region.getLkey();
        prepare();
        for (int i = 0; i < receiveCount; i++) {
            receives.add(endpoint.prepare(receiveRequest(i)));
            endpoint.post(receives.get(i));
        }
        RdmaConnParam parameters = new RdmaConnParam();
        parameters.setRetry_count((byte) retries);
        parameters.setRnr_retry_count(RECEIVER_NOT_READY_RETRIES);
        id.connect(parameters);
        await(EventType.RDMA_CM_EVENT_ESTABLISHED);
    }

    private void await(EventType wanted) throws IOException {
        EventChannel.Notice notice = events.next(PATIENCE_MILLIS);
        if (notice == null || notice.type() != wanted) {
            throw new IOException(
                    notice == null ? "no event in time" : notice.type().name());
        }
    }

    private void prepare() throws IOException {
        send = endpoint.prepare(request(IbvSendWR.IBV_WR_SEND));
        write = endpoint.prepare(request(IbvSendWR.IBV_WR_RDMA_WRITE));
        writeWithImmediate = endpoint.prepare(request(IbvSendWR.IBV_WR_RDMA_WRITE_WITH_IMM));
        read = endpoint.prepare(request(IbvSendWR.IBV_WR_RDMA_READ));
        writes = endpoint.prepare(IntStream.range(0, WRITES_AT_ONCE)
                .mapToObj(i -> request(IbvSendWR.IBV_WR_RDMA_WRITE))
                .toArray(IbvSendWR[]::new));
    }

    private IbvSendWR request(int operation) {
        return WorkRequest.of(operation, IbvSendWR.IBV_SEND_SIGNALED, WorkRequest.id(WorkRequest.SEND, 0), localKey);
    }

    @SuppressWarnings({"JdkObsolete", "NonApiType"}) // DiSNI takes no other list.
    private IbvRecvWR receiveRequest(int slot) {
        IbvSge element = new IbvSge();
        element.setAddr(memoryAddress + (long) slot * FRAME_BYTES);
        element.setLength(FRAME_BYTES);
        element.setLkey(localKey);
        IbvRecvWR request = new IbvRecvWR();
        request.setWr_id(WorkRequest.id(WorkRequest.RECEIVE, slot));
        request.setSg_list(new LinkedList<>(List.of(element)));
        request.setNum_sge(1);
        return request;
    }

    @Override
    public String send(byte[] frame) throws IOException {
        return await(stage(frame));
    }

    @Override
    public void postSends(List<byte[]> frames) throws IOException {
        for (byte[] frame : frames) {
            stage(frame);
        }
    }

    private int stage(byte[] frame) throws IOException {
        int offset = RECEIVE_AREA_BYTES + sends++ % WINDOW * SEND_SLOT_BYTES;
        memory.put(offset, frame);
        setBuffer(send, 0, offset, frame.length);
        return post(send, 1);
    }

    @Override
    public String write(int rkey, long address, int lengthBytes) throws IOException {
        return perform(write, rkey, address, lengthBytes);
    }

    @Override
    public String writeWithImmediate(int rkey, long address, int lengthBytes) throws IOException {
        return perform(writeWithImmediate, rkey, address, lengthBytes);
    }

    @Override
    public String read(int rkey, long address, int lengthBytes) throws IOException {
        return perform(read, rkey, address, lengthBytes);
    }

    private String perform(SVCPostSend call, int rkey, long address, int lengthBytes) throws IOException {
        for (int i = 0; i < lengthBytes; i++) {
            memory.put(RECEIVE_AREA_BYTES + i, WRITTEN);
        }
        setBuffer(call, 0, RECEIVE_AREA_BYTES, lengthBytes);
        setRemote(call, 0, rkey, address);
        return await(post(call, 1));
    }

    @Override
    public void postWrites(int rkey, long address, long number) throws IOException {
        if (underWay() + WRITES_AT_ONCE > SEND_REQUESTS) {
            throw new IllegalStateException(underWay() + " work requests are under way");
        }
        memory.putLong(RECEIVE_AREA_BYTES, number);
        for (int i = 0; i < WRITES_AT_ONCE; i++) {
            setBuffer(writes, i, RECEIVE_AREA_BYTES, Long.BYTES);
            setRemote(writes, i, rkey, address + (long) i * Long.BYTES);
        }
        post(writes, WRITES_AT_ONCE);
    }

    private void setBuffer(SVCPostSend call, int index, int offset, int lengthBytes) throws IOException {
        call.getWrMod(index).getSgeMod(0).setAddr(memoryAddress + offset);
        call.getWrMod(index).getSgeMod(0).setLength(lengthBytes);
    }

    private static void setRemote(SVCPostSend call, int index, int rkey, long address) throws IOException {
        call.getWrMod(index).getRdmaMod().setRemote_addr(address);
        call.getWrMod(index).getRdmaMod().setRkey(rkey);
    }

    /** The number of the last of these work requests. */
    private int post(SVCPostSend call, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            call.getWrMod(i).setWr_id(WorkRequest.id(WorkRequest.SEND, ++posted));
        }
        try {
            endpoint.post(call);
            IntStream.range(0, count).forEach(i -> pending.add(posted - i));
        } catch (IOException e) {
            // Some devices complete it nevertheless.
            statuses.put(posted, NOT_POSTED);
        }
        return posted;
    }

    private String await(int number) throws IOException {
        statuses.keySet().removeIf(earlier -> earlier != number);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
        // Where nobody is any more to acknowledge it, the device tries for long.
        while (pending.contains(number) && !isOver()) {
            if (System.nanoTime() - deadline > 0) {
                throw new SocketTimeoutException("a work request is not completed");
            }
            progress(WAIT_NANOS);
        }
        progress(0);
        return statuses.getOrDefault(number, OVER);
    }

    @Override
    public int underWay() {
        return pending.size();
    }

    @Override
    public List<String> completed() throws IOException {
        progress(WAIT_NANOS);
        List<String> all = List.copyOf(statuses.values());
        statuses.clear();
        return all;
    }

    private void progress(long nanos) throws IOException {
        int count = endpoint.completions().await(nanos);
        for (int i = 0; i < count; i++) {
            IbvWC completion = endpoint.completions().get(i);
            boolean success = WorkRequest.isSuccess(completion);
            over |= !success;
            if (WorkRequest.kind(completion) != WorkRequest.RECEIVE) {
                int number = WorkRequest.number(completion);
                if (pending.remove(number)) {
                    statuses.put(number, nameOf(completion));
                }
            } else if (success) {
                take(WorkRequest.number(completion), completion.getByte_len());
            }
        }
    }

    private static String nameOf(IbvWC completion) {
        String status = WorkRequest.status(completion);
        return status.substring(0, status.indexOf(' '));
    }

    private void take(int slot, int lengthBytes) throws IOException {
        byte[] frame = new byte[lengthBytes];
        memory.get(slot * FRAME_BYTES, frame);
        received.add(frame);
        if (receiving) {
            endpoint.post(receives.get(slot));
        }
    }

    @Override
    public byte[] receive(int timeoutMillis) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        while (received.isEmpty() && !isOver() && System.nanoTime() - deadline < 0) {
            progress(WAIT_NANOS);
        }
        // What came last may be told after the end.
        progress(0);
        return received.poll();
    }

    @Override
    public void stopReceiving() {
        receiving = false;
    }

    @Override
    public boolean isOver() throws IOException {
        EventChannel.Notice notice = events.next(0);
        over |= notice != null && notice.type() == EventType.RDMA_CM_EVENT_DISCONNECTED;
        return over;
    }

    @Override
    public void close() {
        if (endpoint != null) {
            endpoint.close();
        }
        if (events != null) {
            events.release();
        }
    }
}
