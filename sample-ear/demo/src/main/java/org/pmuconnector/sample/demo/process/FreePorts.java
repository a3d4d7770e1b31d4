package org.pmuconnector.sample.demo.process;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Finds ports for servers that must be told theirs. */
public final class FreePorts {

    /** Below all that systems take for outgoing connections: one of those could get a port between here and its use. */
    private static final int LOWEST = 15_000;

    private static final int HIGHEST = 32_767;
    private static final int MOST_TRIES = 1_000;

    private FreePorts() {}

    /**
     * Ports of the loopback address that nobody listens on now, all different. Another program may take one before its
     * use.
     *
     * @param count how many, 0 or more
     * @throws IOException if there are hardly any
     */
    public static List<Integer> find(int count) throws IOException {
        Set<Integer> ports = new LinkedHashSet<>();
        for (int tries = 0; ports.size() < count; tries++) {
            if (tries >= MOST_TRIES) {
                throw new IOException("no " + count + " ports from " + LOWEST + " to " + HIGHEST + " are free");
            }
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST + 1);
            if (isFree(port)) {
                ports.add(port);
            }
        }
        return List.copyOf(ports);
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (BindException taken) {
            return false;
        }
    }
}
