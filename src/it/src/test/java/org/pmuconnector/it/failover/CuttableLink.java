package org.pmuconnector.it.failover;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A TCP path to a server, cut as a network is: neither end is told, and what is on its way arrives after the repair, the
 * end of a connection too.
 */
final class CuttableLink implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 << 10;

    private final InetSocketAddress target;
    private final ServerSocket listener;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "cuttable-link");
        thread.setDaemon(true);
        return thread;
    });
    private boolean cut;

    /** A path to a port of the loopback address. */
    CuttableLink(int targetPort) throws IOException {
        target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
        listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    /** The port of the loopback address at which it begins. */
    int port() {
        return listener.getLocalPort();
    }

    synchronized void cut() {
        cut = true;
    }

    synchronized void repair() {
        cut = false;
        notifyAll();
    }

    /** Returns at once also when the link was closed. */
    private synchronized void awaitWhole() {
        try {
            while (cut) {
                wait();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket near = listener.accept();
                threads.execute(() -> join(near));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void join(Socket near) {
        Socket far = new Socket();
        try {
            near.setTcpNoDelay(true);
            awaitWhole();
            far.connect(target);
            far.setTcpNoDelay(true);
            threads.execute(() -> pump(far, near));
            pump(near, far);
        } catch (IOException unreachable) {
            close(near);
            close(far);
        }
    }

    private void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                awaitWhole();
                out.write(buffer, 0, count);
            }
        } catch (IOException ended) {
            // The other end is told of it as of any end.
        } finally {
            awaitWhole();
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
        repair();
    }
}
