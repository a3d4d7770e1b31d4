package org.pmuconnector.it.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.it.proxy.FaultProxy;
import org.pmuconnector.sample.demo.process.FreePorts;

/** One host for all, where each server reaches the unit through a proxy of its own. */
final class LoopbackHosts implements Hosts {

    private final int unitPort;
    private final List<FaultProxy> proxies = new ArrayList<>();

    /** Hosts of so many servers. */
    LoopbackHosts(int servers) throws IOException {
        unitPort = FreePorts.find(1).get(0);
        for (int i = 0; i < servers; i++) {
            proxies.add(FaultProxy.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), unitPort)));
        }
    }

    /** What is between a server and the unit. */
    FaultProxy proxy(int host) {
        return proxies.get(host - 1);
    }

    @Override
    public List<String> launcher(int host) {
        return List.of();
    }

    @Override
    public String unitListens() {
        return "127.0.0.1:" + unitPort;
    }

    @Override
    public String unitAddress(int host) {
        return "iwarp://127.0.0.1:" + proxy(host).port();
    }

    @Override
    public String user() {
        return "";
    }

    @Override
    public void heal() {
        proxies.forEach(FaultProxy::heal);
    }

    @Override
    public void close() throws IOException {
        for (FaultProxy proxy : proxies) {
            proxy.close();
        }
    }
}
