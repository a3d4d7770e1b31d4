package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.ibm.disni.verbs.IbvSendWR;
import com.ibm.disni.verbs.IbvWC.IbvWcStatus;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pmuconnector.verbs.disni.Listener.ConnectedPair;

/** Objects on a real device are destroyed once, children before parents, and their handles name nothing from then on. */
@Tag("rdma")
class NativeDestructionTest {

    private static final int EBADF = 9;
    private static final int EBUSY = 16;

    /** For each kind of object the methods whose first handle is one of it. */
    private static final Map<String, Set<String>> METHODS = Map.of(
            "event channel",
            Set.of("_createId", "_destroyEventChannel", "_getCmEvent"),
            "id",
            Set.of(
                    "_createQP",
                    "_bindAddr",
                    "_listen",
                    "_resolveAddr",
                    "_resolveRoute",
                    "_connect",
                    "_accept",
                    "_disconnect",
                    "_destroyCmId",
                    "_destroyQP",
                    "_getSrcAddr",
                    "_getDstAddr",
                    "_destroyEp",
                    "_getContext"),
            "context",
            Set.of(
                    "_allocPd",
                    "_createCompChannel",
                    "_createCQ",
                    "_queryOdpSupport",
                    "_getContextFd",
                    "_getContextNumCompVectors"),
            "queue pair",
            Set.of("_modifyQP", "_postSend", "_postRecv", "_getQpNum"),
            "protection domain",
            Set.of("_regMr", "_deallocPd", "_getPdHandle"),
            "region",
            Set.of("_expPrefetchMr", "_deregMr"),
            "completion channel",
            Set.of("_getCqEvent", "_destroyCompChannel"),
            "completion queue",
            Set.of("_pollCQ", "_reqNotifyCQ", "_ackCqEvent", "_destroyCQ"));

    private Listener listener;
    private ConnectedPair ends;

    @BeforeEach
    void connect() throws Exception {
        listener = new Listener();
        ends = listener.connect();
    }

    @AfterEach
    void close() throws Exception {
        listener.close();
    }

    private static Map<String, Long> handles(RawEndpoint end) throws IOException {
        Map<String, Long> handles = new LinkedHashMap<>();
        handles.put("event channel", Raw.handle(end.id.getCmChannel()));
        handles.put("context", Raw.handle(end.id.getVerbs()));
        handles.put("id", Raw.handle(end.id));
        handles.put("queue pair", Raw.handle(end.pair));
        handles.put("region", Raw.handle(end.region));
        handles.put("completion queue", Raw.handle(end.queue));
        handles.put("completion channel", Raw.handle(end.channel));
        handles.put("protection domain", Raw.handle(end.domain));
        return handles;
    }

    @Test
    void parents_beforeTheirChildren_areBusyAndGoOnWorking() throws Exception {
        RawEndpoint client = ends.client();

        assertThat(Raw.LIBRARY._destroyEventChannel(Raw.handle(client.id.getCmChannel())))
                .isEqualTo(-EBUSY);
        assertThat(Raw.LIBRARY._destroyCompChannel(Raw.handle(client.channel))).isEqualTo(-EBUSY);
        assertThat(Raw.LIBRARY._destroyCQ(Raw.handle(client.queue))).isEqualTo(-EBUSY);
        assertThat(Raw.LIBRARY._deallocPd(Raw.handle(client.domain))).isEqualTo(-EBUSY);

        assertWorks();
        ends.close();
    }

    private void assertWorks() throws IOException {
        ends.server().receive(1, 0);
        ends.client().post(IbvSendWR.IBV_WR_SEND, 0, ends.server());
        assertThat(ends.client().completeStatus()).isEqualTo(IbvWcStatus.IBV_WC_SUCCESS);
        assertThat(ends.server().completeStatus()).isEqualTo(IbvWcStatus.IBV_WC_SUCCESS);
    }

    @Test
    void domain_withARegionAlone_isBusy() throws Exception {
        RawEndpoint client = ends.client();
        assertThat(client.id.destroyQP()).isZero();

        assertThat(Raw.LIBRARY._deallocPd(Raw.handle(client.domain))).isEqualTo(-EBUSY);

        ends.close();
    }

    @Test
    void objects_destroyedTwice_areUnknown() throws Exception {
        Map<String, Long> handles = handles(ends.client());
        ends.close();

        assertThat(Raw.LIBRARY._destroyCmId(handles.get("id"))).isEqualTo(-EBADF);
        assertThat(Raw.LIBRARY._destroyEp(handles.get("id"))).isEqualTo(-EBADF);
        assertThat(Raw.LIBRARY._destroyQP(handles.get("id"))).isEqualTo(-EBADF);
        assertThat(Raw.LIBRARY._destroyCQ(handles.get("completion queue"))).isEqualTo(-EBADF);
        assertThat(Raw.LIBRARY._destroyCompChannel(handles.get("completion channel")))
                .isEqualTo(-EBADF);
        assertThat(Raw.LIBRARY._deallocPd(handles.get("protection domain"))).isEqualTo(-EBADF);
        assertThatThrownBy(() -> Raw.LIBRARY._deregMr(handles.get("region")))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "deregMr: no memory region has the handle 0x%x, or no longer: Bad file descriptor (errno 9)",
                        handles.get("region"));
    }

    @Test
    void queuePair_destroyedTwice_isUnknown() throws Exception {
        long id = Raw.handle(ends.client().id);

        assertThat(Raw.LIBRARY._destroyQP(id)).isZero();

        assertThat(Raw.LIBRARY._destroyQP(id)).isEqualTo(-EBADF);
        ends.close();
    }

    @Test
    void handles_afterDestruction_areRefusedByEveryMethod() throws Exception {
        Map<String, Long> handles = handles(ends.client());
        handles.remove("context"); // The device stays.
        ends.close();
        listener.close();
        // These take the places of those.
        listener = new Listener();
        ends = listener.connect();

        for (Map.Entry<String, Long> handle : handles.entrySet()) {
            assertThat(handles(ends.client())).doesNotContainValue(handle.getValue());
            for (Method method : HandleCalls.methods()) {
                assertThat(HandleCalls.call(method, handle.getValue()))
                        .as("%s with the handle of a destroyed %s", method.getName(), handle.getKey())
                        .isEqualTo("refused");
            }
        }
        assertWorks();
        ends.close();
    }

    @Test
    void handles_ofAnotherKindOfObject_areRefused() throws Exception {
        for (Map.Entry<String, Long> handle : handles(ends.client()).entrySet()) {
            List<Method> others = HandleCalls.methods().stream()
                    .filter(method -> !METHODS.get(handle.getKey()).contains(method.getName()))
                    .toList();
            assertThat(others).hasSizeLessThan(HandleCalls.methods().size());
            for (Method method : others) {
                assertThat(HandleCalls.call(method, handle.getValue()))
                        .as("%s with the handle of a %s", method.getName(), handle.getKey())
                        .isEqualTo("refused");
            }
        }
        assertWorks();
        ends.close();
    }
}
