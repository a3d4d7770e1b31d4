package org.pmuconnector.it.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between clients and a server, over TCP and without a look at what they say, and fails on order. A healthy one
 * passes on bytes, ends and resets as they come.
 */
public final class FaultProxy implements AutoCloseable {

    private static final int CONNECT_TIMEOUT_MILLIS = 1_000;

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final LinkFaults toServer = new LinkFaults();
    private final LinkFaults toClient = new LinkFaults();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean refusing;
    private volatile boolean closed;

    private FaultProxy(InetSocketAddress target, ServerSocket listener) {
        this.target = target;
        this.listener = listener;
    }

    /** A proxy on a free port of the loopback address. */
    public static FaultProxy start(InetSocketAddress target) throws IOException {
        FaultProxy proxy = new FaultProxy(target, new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
        startThread(proxy::accept, "proxy-accept-" + proxy.port());
        return proxy;
    }

    static void startThread(Runnable body, String name) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Where clients connect to. */
    public int port() {
        return listener.getLocalPort();
    }

    /** The direction from clients to the server. */
    public LinkFaults toServer() {
        return toServer;
    }

    /** The direction from the server to clients. */
    public LinkFaults toClient() {
        return toClient;
    }

    /** Nothing is passed on in either direction, and nothing ends. */
    public void stall() {
        toServer.stall();
        toClient.stall();
    }

    /** Resets all connections, and each new one, until it is healed. */
    public void cut() {
        refusing = true;
        resetAll();
    }

    /** Resets all connections; new ones work. */
    public void resetAll() {
        connections.forEach(ProxiedConnection::reset);
    }

    /** All works from now on; a connection that has lost its other end does not come back by that. */
    public void heal() {
        refusing = false;
        toServer.heal();
        toClient.heal();
    }

    private void accept() {
        while (!closed) {
            try {
                Socket client = listener.accept();
                // Not here: while one server does not answer, others are to be accepted.
                startThread(() -> connect(client), "proxy-connect-" + port());
            } catch (IOException e) {
                if (!closed) {
                    throw new IllegalStateException("the proxy cannot accept connections any more", e);
                }
            }
        }
    }

    private void connect(Socket client) {
        Socket server = new Socket();
        ProxiedConnection connection = new ProxiedConnection(client, server, connections::remove);
        try {
            if (refusing) {
                connection.reset();
                return;
            }
            server.connect(target, CONNECT_TIMEOUT_MILLIS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            connections.add(connection);
            connection.pass(toServer, toClient);
            if (refusing || closed) {
                connection.reset();
            }
        } catch (SocketException e) {
            // Nobody is there, or an end was reset meanwhile: the client learns it in the same way.
            connection.reset();
        } catch (IOException e) {
            connection.reset();
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        heal();
        resetAll();
    }
}
