package org.pmuconnector.it.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.function.Consumer;
import org.pmuconnector.it.proxy.LinkFaults.Strike;

/** Two TCP connections whose bytes go from one to the other, in both directions, through faults. */
final class ProxiedConnection {

    private final Socket client;
    private final Socket server;
    private final Consumer<ProxiedConnection> onEnd;
    private volatile boolean resetAtAnswer;
    private int openDirections = 2;

    /**
     * Nothing is passed on yet.
     *
     * @param onEnd is told when nothing will be passed on any more
     */
    ProxiedConnection(Socket client, Socket server, Consumer<ProxiedConnection> onEnd) {
        this.client = client;
        this.server = server;
        this.onEnd = onEnd;
    }

    /** Passes on what comes, from now on. */
    void pass(LinkFaults toServer, LinkFaults toClient) {
        FaultProxy.startThread(() -> pump(client, server, toServer), "proxy-to-server");
        FaultProxy.startThread(() -> pump(server, client, toClient), "proxy-to-client");
    }

    /** Both ends get a reset, and what is under way is gone. */
    void reset() {
        resetOne(client);
        resetOne(server);
        onEnd.accept(this);
    }

    private static void resetOne(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // It is gone, which is what was asked for.
            return;
        }
    }

    private void pump(Socket from, Socket to, LinkFaults faults) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] piece = new byte[1 << 16];
            boolean open = true;
            while (open) {
                int count = in.read(piece, 0, faults.pieceBytes());
                if (count < 0) {
                    faults.keepBack(0);
                    to.shutdownOutput();
                    open = false;
                } else {
                    open = passOn(piece, count, to, out, faults);
                }
            }
            endDirection();
        } catch (IOException e) {
            resetToo(faults);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            reset();
        }
    }

    /** One end was reset: so is the other, once it can hear of it. */
    private void resetToo(LinkFaults faults) {
        try {
            faults.keepBack(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reset();
    }

    /** Whether the direction goes on. */
    private boolean passOn(byte[] piece, int count, Socket to, OutputStream out, LinkFaults faults)
            throws IOException, InterruptedException {
        if (resetAtAnswer && to == client) {
            reset();
            return false;
        }
        faults.keepBack(count);
        Strike strike = faults.takeStrike(count);
        if (strike == null) {
            out.write(piece, 0, count);
            return true;
        }
        int before = (int) strike.afterBytes();
        switch (strike.kind()) {
            case RESET_BEFORE -> {
                out.write(piece, 0, before);
                reset();
                return false;
            }
            case RESET_AFTER -> {
                resetAtAnswer = true;
                out.write(piece, 0, count);
                return true;
            }
            case HALF_CLOSE -> {
                out.write(piece, 0, before);
                to.shutdownOutput();
                return false;
            }
            case FLIP_BIT -> {
                piece[before] ^= (byte) (1 << strike.bit());
                out.write(piece, 0, count);
                return true;
            }
        }
        throw new IllegalStateException(strike.toString());
    }

    private void endDirection() throws IOException {
        boolean ended;
        synchronized (this) {
            openDirections--;
            ended = openDirections == 0;
        }
        if (ended) {
            client.close();
            server.close();
            onEnd.accept(this);
        }
    }
}
