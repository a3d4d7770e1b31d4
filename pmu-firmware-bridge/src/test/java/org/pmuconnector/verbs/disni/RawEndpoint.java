package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;

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
import com.ibm.disni.verbs.IbvSge;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaConnParam;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedList;
import java.util.List;

/** One end of a connection: an id that is on a device, and all that it needs to move bytes. */
final class RawEndpoint implements AutoCloseable {

    static final int MEMORY_BYTES = 4096;
    static final int REQUESTS = 16;

    private static final byte RETRIES = 7;
    private static final int ALL_ACCESS =
            IbvMr.IBV_ACCESS_LOCAL_WRITE | IbvMr.IBV_ACCESS_REMOTE_WRITE | IbvMr.IBV_ACCESS_REMOTE_READ;

    final RdmaCmId id;
    final IbvPd domain;
    final IbvCompChannel channel;
    final IbvCQ queue;
    final IbvQP pair;
    final ByteBuffer memory = ByteBuffer.allocateDirect(MEMORY_BYTES);
    final IbvMr region;
    private final IbvWC[] completions = {new IbvWC()};

    /**
     * Makes what belongs to an id that has a device: resolved, or of a connection request.
     *
     * @throws IOException for one, if there can be no queue pair since who requested the connection is gone; the id stays
     */
    RawEndpoint(RdmaCmId id) throws IOException {
        this.id = id;
        IbvContext context = id.getVerbs();
        domain = context.allocPd();
        channel = context.createCompChannel();
        queue = context.createCQ(channel, 2 * REQUESTS, 0);
        try {
            pair = id.createQP(domain, pairAttributes(queue));
        } catch (IOException e) {
            closeQueues();
            throw e;
        }
        region = register(domain, memory, ALL_ACCESS);
    }

    /** A reliable connection whose requests complete into one queue. */
    static IbvQPInitAttr pairAttributes(IbvCQ queue) {
        IbvQPInitAttr attributes = new IbvQPInitAttr();
        attributes.setQp_type(IbvQP.IBV_QPT_RC);
        attributes.setSend_cq(queue);
        attributes.setRecv_cq(queue);
        attributes.cap().setMax_send_wr(REQUESTS);
        attributes.cap().setMax_recv_wr(REQUESTS);
        return attributes;
    }

    static RdmaConnParam parameters() throws IOException {
        RdmaConnParam parameters = new RdmaConnParam();
        parameters.setRetry_count(RETRIES);
        parameters.setRnr_retry_count(RETRIES);
        return parameters;
    }

    static IbvMr register(IbvPd domain, ByteBuffer memory, int access) throws IOException {
        var call = domain.regMr(memory, access);
        try {
            return call.execute().getMr();
        } finally {
            call.free();
        }
    }

    /** A signalled request over the first bytes of the memory; to the first ones of the peer's, for RDMA. */
    void post(int operation, int lengthBytes, RawEndpoint peer) throws IOException {
        post(operation, lengthBytes, MemoryUtils.getAddress(peer.memory), peer.region.getRkey());
    }

    void post(int operation, int lengthBytes, long address, int key) throws IOException {
        IbvSendWR request = new IbvSendWR();
        request.setWr_id(operation);
        request.setOpcode(operation);
        request.setSend_flags(IbvSendWR.IBV_SEND_SIGNALED);
        request.setSg_list(elements(lengthBytes));
        request.setNum_sge(1);
        request.getRdma().setRemote_addr(address);
        request.getRdma().setRkey(key);
        post(List.of(request));
    }

    void post(List<IbvSendWR> requests) throws IOException {
        var call = pair.postSend(requests, null);
        try {
            call.execute();
        } finally {
            call.free();
        }
    }

    /** Room for a message in the first bytes of the memory. */
    void receive(long number, int lengthBytes) throws IOException {
        IbvRecvWR request = new IbvRecvWR();
        request.setWr_id(number);
        request.setSg_list(elements(lengthBytes));
        request.setNum_sge(1);
        var call = pair.postRecv(List.of(request), null);
        try {
            call.execute();
        } finally {
            call.free();
        }
    }

    @SuppressWarnings({"NonApiType", "JdkObsolete"}) // DiSNI asks for this list.
    private LinkedList<IbvSge> elements(int lengthBytes) {
        IbvSge element = new IbvSge();
        element.setAddr(MemoryUtils.getAddress(memory));
        element.setLength(lengthBytes);
        element.setLkey(region.getLkey());
        return new LinkedList<>(List.of(element));
    }

    /** The next completion: polled, and waited for on the channel. */
    IbvWC complete() throws IOException {
        if (poll() == 0) {
            var notify = queue.reqNotification(false);
            notify.execute();
            notify.free();
            while (poll() == 0) {
                assertThat(channel.getCqEvent(queue, Events.PATIENCE_MILLIS))
                        .as("an event of the completion queue")
                        .isTrue();
            }
        }
        return completions[0];
    }

    /** The status of the next completion. */
    IbvWC.IbvWcStatus completeStatus() throws IOException {
        return IbvWC.IbvWcStatus.valueOf(complete().getStatus());
    }

    /** Takes a completion, if there is one: how many. */
    int poll() throws IOException {
        var call = queue.poll(completions, 1);
        try {
            return call.execute().getPolls();
        } finally {
            call.free();
        }
    }

    /** Destroys everything, the id included. */
    @Override
    public void close() throws IOException {
        ((EventChannel) id.getCmChannel()).forget(id);
        assertThat(id.destroyId()).as("destroying an id and its queue pair").isZero();
        deregister(region);
        closeQueues();
    }

    private void closeQueues() throws IOException {
        assertThat(queue.destroyCQ()).as("destroying a completion queue").isZero();
        assertThat(channel.destroyCompChannel())
                .as("destroying a completion channel")
                .isZero();
        // DiSNI's own method throws whatever.
        assertThat(Raw.LIBRARY._deallocPd(Raw.handle(domain)))
                .as("freeing a protection domain")
                .isZero();
    }

    static void deregister(IbvMr region) throws IOException {
        var call = region.deregMr();
        call.execute();
        call.free();
    }
}
