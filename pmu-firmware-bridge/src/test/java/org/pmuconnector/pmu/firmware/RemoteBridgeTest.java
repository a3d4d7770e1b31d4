package org.pmuconnector.pmu.firmware;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.pmu.bridge.BridgeListener;
import org.pmuconnector.pmu.bridge.BridgeOptions;
import org.pmuconnector.pmu.bridge.RemoteSession;

/** A manager in another process finds the bridge to be what it is to one in the unit's process. */
class RemoteBridgeTest extends FirmwareBridgeTest {

    private final List<AutoCloseable> open = new ArrayList<>();

    @Override
    protected BridgeSession open(FirmwareBridge to, KeyPair by) throws Exception {
        BridgeListener listener = BridgeListener.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), to, BridgeOptions.DEFAULT);
        open.add(listener);
        RemoteSession session = RemoteSession.open(
                listener.localAddress(),
                (managerKey, message) -> {
                    try {
                        return sign(by, message);
                    } catch (GeneralSecurityException e) {
                        throw new IllegalStateException(e);
                    }
                },
                BridgeOptions.DEFAULT);
        open.add(session);
        return session;
    }

    @Override
    protected ErrorCode ended() {
        return ErrorCode.CONNECTION_LOST;
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }
}
