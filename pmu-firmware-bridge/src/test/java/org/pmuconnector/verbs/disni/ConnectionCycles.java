package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.disni.verbs.IbvSendWR;
import org.pmuconnector.verbs.LeakCheck;
import org.pmuconnector.verbs.disni.Listener.ConnectedPair;

/** Connects two ends, moves bytes and destroys both, over and over. {@code main(CYCLES)} */
final class ConnectionCycles {

    private static final int MESSAGE_BYTES = 100;

    private ConnectionCycles() {}

    public static void main(String[] arguments) throws Exception {
        try (Listener listener = new Listener()) {
            LeakCheck.repeat(Integer.parseInt(arguments[0]), () -> cycle(listener));
        }
    }

    private static void cycle(Listener listener) throws Exception {
        try (ConnectedPair ends = listener.connect()) {
            ends.server().receive(1, MESSAGE_BYTES);
            ends.client().post(IbvSendWR.IBV_WR_SEND, MESSAGE_BYTES, ends.server());
            assertThat(ends.server().complete().getStatus()).isZero();
            ends.client().post(IbvSendWR.IBV_WR_RDMA_WRITE, MESSAGE_BYTES, ends.server());
            assertThat(ends.client().complete().getStatus()).isZero();
            LeakCheck.whileThere();
            ends.disconnect();
        }
        // What the kernel still had to say of the ids, which are gone.
        assertThat(listener.events.channel().getCmEvent(0)).isNull();
        assertThat(listener.clientEvents.channel().getCmEvent(0)).isNull();
    }
}
