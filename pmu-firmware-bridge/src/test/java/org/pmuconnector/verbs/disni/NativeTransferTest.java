package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.disni.util.MemoryUtils;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvWC;
import com.ibm.disni.verbs.IbvWC.IbvWcStatus;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pmuconnector.verbs.disni.Listener.ConnectedPair;

/** Bytes move between two ends on a real device, in every way that the library lets through. */
@Tag("rdma")
class NativeTransferTest {

    private static final int LENGTH_BYTES = 3000;

    private final byte[] bytes = new byte[LENGTH_BYTES];
    private Listener listener;
    private ConnectedPair ends;

    @BeforeEach
    void connect() throws Exception {
        new Random(LENGTH_BYTES).nextBytes(bytes);
        listener = new Listener();
        ends = listener.connect();
    }

    @AfterEach
    void close() throws Exception {
        ends.close();
        listener.close();
    }

    @Test
    void send_intoAReceive_arrives() throws Exception {
        ends.server().receive(77, RawEndpoint.MEMORY_BYTES);
        ends.client().memory.put(0, bytes);

        ends.client().post(IbvSendWR.IBV_WR_SEND, LENGTH_BYTES, ends.server());

        assertThat(ends.client().completeStatus()).isEqualTo(IbvWcStatus.IBV_WC_SUCCESS);
        IbvWC received = ends.server().complete();
        assertThat(received.getStatus()).isZero();
        assertThat(received.getWr_id()).isEqualTo(77);
        assertThat(received.getByte_len()).isEqualTo(LENGTH_BYTES);
        assertThat(received.getQp_num()).isEqualTo(ends.server().pair.getQp_num());
        assertMoved(ends.server());
    }

    @Test
    void write_toThePeersMemory_arrivesWithoutIt() throws Exception {
        ends.client().memory.put(0, bytes);

        ends.client().post(IbvSendWR.IBV_WR_RDMA_WRITE, LENGTH_BYTES, ends.server());
        assertThat(ends.client().completeStatus()).isEqualTo(IbvWcStatus.IBV_WC_SUCCESS);
        // What is behind a write on its connection has to find it done.
        ends.server().receive(1, 0);
        ends.client().post(IbvSendWR.IBV_WR_SEND, 0, ends.server());

        assertThat(ends.server().complete().getWr_id()).isEqualTo(1);
        assertMoved(ends.server());
    }

    @Test
    void read_ofThePeersMemory_fetchesIt() throws Exception {
        ends.server().memory.put(0, bytes);

        ends.client().post(IbvSendWR.IBV_WR_RDMA_READ, LENGTH_BYTES, ends.server());

        assertThat(ends.client().completeStatus()).isEqualTo(IbvWcStatus.IBV_WC_SUCCESS);
        assertMoved(ends.client());
    }

    @Test
    void read_byTheEndThatAccepted_fetchesToo() throws Exception {
        ends.client().memory.put(0, bytes);

        ends.server().post(IbvSendWR.IBV_WR_RDMA_READ, LENGTH_BYTES, ends.client());

        assertThat(ends.server().completeStatus()).isEqualTo(IbvWcStatus.IBV_WC_SUCCESS);
        assertMoved(ends.server());
    }

    @Test
    void read_underAWrongKey_isRefusedByThePeer() throws Exception {
        ends.server().memory.put(0, bytes);

        ends.client().post(IbvSendWR.IBV_WR_RDMA_READ, LENGTH_BYTES, address(ends.server()), wrongKey(ends.server()));

        // An iWARP connection ends without saying to which request that is due.
        assertThat(ends.client().completeStatus())
                .isEqualTo(isRoce() ? IbvWcStatus.IBV_WC_REM_ACCESS_ERR : IbvWcStatus.IBV_WC_WR_FLUSH_ERR);
        assertThat(ends.client().memory).isEqualTo(ByteBuffer.allocate(RawEndpoint.MEMORY_BYTES));
    }

    @Test
    void write_underAWrongKey_isRefusedByThePeer() throws Exception {
        ends.client().memory.put(0, bytes);

        ends.client().post(IbvSendWR.IBV_WR_RDMA_WRITE, LENGTH_BYTES, address(ends.server()), wrongKey(ends.server()));

        if (isRoce()) {
            assertThat(ends.client().completeStatus()).isEqualTo(IbvWcStatus.IBV_WC_REM_ACCESS_ERR);
        } else { // It is complete once it is sent; then the connection ends.
            assertThat(ends.client().completeStatus()).isEqualTo(IbvWcStatus.IBV_WC_SUCCESS);
            listener.clientEvents.await(EventType.RDMA_CM_EVENT_DISCONNECTED);
        }
        assertThat(ends.server().memory).isEqualTo(ByteBuffer.allocate(RawEndpoint.MEMORY_BYTES));
    }

    private static boolean isRoce() {
        return "rxe".equals(System.getProperty("rdma.device"));
    }

    private static long address(RawEndpoint end) {
        return MemoryUtils.getAddress(end.memory);
    }

    /** That of the region, but for the part that changes with each registration. */
    private static int wrongKey(RawEndpoint end) {
        return end.region.getRkey() ^ 1;
    }

    private void assertMoved(RawEndpoint end) {
        byte[] there = new byte[RawEndpoint.MEMORY_BYTES];
        end.memory.get(0, there);
        assertThat(there).startsWith(bytes).endsWith(new byte[RawEndpoint.MEMORY_BYTES - LENGTH_BYTES]);
    }
}
