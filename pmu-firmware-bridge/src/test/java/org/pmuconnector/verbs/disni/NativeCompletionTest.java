package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ibm.disni.verbs.IbvCompChannel;
import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvWC.IbvWcStatus;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pmuconnector.verbs.disni.Listener.ConnectedPair;

/** Completions, and the waits for them, on a real device. */
@Tag("rdma")
class NativeCompletionTest {

    private static final int SHORT_MILLIS = 300;
    private static final int EINVAL = 22;

    private Listener listener;
    private ConnectedPair ends;

    @BeforeEach
    void connect() throws Exception {
        listener = new Listener();
        ends = listener.connect();
    }

    @AfterEach
    void close() throws Exception {
        ends.close();
        listener.close();
    }

    @Test
    void getCqEvent_nothingCompletes_endsAtItsTimeOut() throws Exception {
        ends.client().queue.reqNotification(false).execute().free();

        long began = System.nanoTime();
        boolean event = ends.client().channel.getCqEvent(ends.client().queue, SHORT_MILLIS);
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);

        assertThat(event).isFalse();
        assertThat(millis).isBetween((long) SHORT_MILLIS, Events.PATIENCE_MILLIS / 2L);
    }

    @Test
    void getCqEvent_requestCompletes_returns() throws Exception {
        RawEndpoint server = ends.server();
        server.receive(5, 0);
        server.queue.reqNotification(false).execute().free();
        Waiter<Boolean> waiter = Waiter.start(() -> server.channel.getCqEvent(server.queue, Events.PATIENCE_MILLIS));

        ends.client().post(IbvSendWR.IBV_WR_SEND, 0, server);

        assertThat(waiter.result()).isTrue();
        assertThat(server.poll()).isEqualTo(1);
    }

    @Test
    void getCqEvent_channelDestroyed_returns() throws Exception {
        IbvCompChannel channel = ends.client().id.getVerbs().createCompChannel();
        Waiter<Boolean> waiter = Waiter.start(() -> channel.getCqEvent(null, -1));

        assertThat(channel.destroyCompChannel()).isZero();

        assertThat(waiter.result()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "-1, 0", "2147483647, 0", "16, -1", "16, 1000"})
    void createCQ_ofNoPossibleSizeOrVector_saysWhy(int entries, int vector) throws Exception {
        assertThatThrownBy(() -> ends.client().id.getVerbs().createCQ(ends.client().channel, entries, vector))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "ibv_create_cq of %d entries, vector %d: Invalid argument (errno %d)", entries, vector, EINVAL);
    }

    @Test
    void postSend_moreThanTheQueueHolds_saysWhichDidNotFit() throws Exception {
        List<IbvSendWR> tooMany = Stream.generate(IbvSendWR::new)
                .limit(10_000)
                .peek(request -> request.setOpcode(IbvSendWR.IBV_WR_SEND))
                .toList();

        assertThatThrownBy(() -> ends.client().post(tooMany))
                .isInstanceOf(IOException.class)
                .hasMessageMatching(
                        "ibv_post_send: work request \\d+ of the list: Cannot allocate memory \\(errno 12\\)");
        assertThat(ends.client().poll()).isZero();
    }

    @Test
    void requests_leftWhenTheConnectionEnds_completeAsFlushed() throws Exception {
        ends.server().receive(1, RawEndpoint.MEMORY_BYTES);
        ends.server().receive(2, RawEndpoint.MEMORY_BYTES);

        ends.disconnect();

        assertThat(ends.server().completeStatus()).isEqualTo(IbvWcStatus.IBV_WC_WR_FLUSH_ERR);
        assertThat(ends.server().completeStatus()).isEqualTo(IbvWcStatus.IBV_WC_WR_FLUSH_ERR);
        assertThat(ends.server().poll()).isZero();
    }
}
