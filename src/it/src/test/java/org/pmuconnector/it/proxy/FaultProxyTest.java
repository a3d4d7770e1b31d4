package org.pmuconnector.it.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.it.proxy.LinkFaults.Strike;
import org.pmuconnector.it.proxy.LinkFaults.StrikeKind;

/** A client and a server, each an end of a connection through the proxy. */
class FaultProxyTest {

    private static final int PATIENCE_MILLIS = 20_000;
    private static final int SHORT_MILLIS = 200;
    private static final byte[] HELLO = {1, 2, 3, 4, 5, 6, 7, 8};

    private ServerSocket listener;
    private FaultProxy proxy;
    private Socket client;
    private Socket server;

    @BeforeEach
    void connect() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        listener.setSoTimeout(PATIENCE_MILLIS);
        proxy = FaultProxy.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()));
        client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        client.setSoTimeout(PATIENCE_MILLIS);
        server = listener.accept();
        server.setSoTimeout(PATIENCE_MILLIS);
        // Once something has gone each way, the proxy is known to pass on.
        exchange();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        server.close();
        proxy.close();
        listener.close();
    }

    private static void send(Socket from) throws IOException {
        from.getOutputStream().write(HELLO);
    }

    private static byte[] receive(Socket at, int count) throws IOException {
        return at.getInputStream().readNBytes(count);
    }

    private void exchange() throws IOException {
        send(client);
        assertThat(receive(server, HELLO.length)).isEqualTo(HELLO);
        send(server);
        assertThat(receive(client, HELLO.length)).isEqualTo(HELLO);
    }

    private static void assertReset(Socket at) {
        assertThatThrownBy(() -> receive(at, 1)).isInstanceOf(SocketException.class);
    }

    @Test
    void proxy_healthy_passesOnTheEnd() throws IOException {
        client.shutdownOutput();
        assertThat(receive(server, 1)).isEmpty();
        send(server);
        assertThat(receive(client, HELLO.length)).isEqualTo(HELLO);
        server.close();
        assertThat(receive(client, 1)).isEmpty();
    }

    @Test
    void proxy_healthy_passesOnAReset() throws IOException {
        client.setSoLinger(true, 0);
        client.close();
        assertReset(server);
    }

    @Test
    void split_eachByteComesAlone() throws IOException {
        proxy.toServer().split();
        exchange();
    }

    @Test
    void delay_bytesComeLater() throws IOException {
        proxy.toServer().delay(SHORT_MILLIS);
        long before = System.nanoTime();
        exchange();
        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(SHORT_MILLIS));
    }

    @Test
    void limit_takesItsTime() throws IOException {
        proxy.toServer().limit(HELLO.length * 1000 / SHORT_MILLIS);
        long before = System.nanoTime();
        exchange();
        assertThat(System.nanoTime() - before)
                .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(SHORT_MILLIS * 8 / 10));
    }

    @Test
    void stall_endsAreHeardOfWhenItIsHealed() throws IOException {
        proxy.stall();
        server.close();
        client.setSoTimeout(SHORT_MILLIS);
        assertThatThrownBy(() -> receive(client, 1)).isInstanceOf(SocketTimeoutException.class);
        proxy.heal();
        client.setSoTimeout(PATIENCE_MILLIS);
        assertThat(receive(client, 1)).isEmpty();
    }

    @Test
    void stall_resetsAreHeardOfWhenItIsHealed() throws IOException {
        proxy.stall();
        server.setSoLinger(true, 0);
        server.close();
        client.setSoTimeout(SHORT_MILLIS);
        assertThatThrownBy(() -> receive(client, 1)).isInstanceOf(SocketTimeoutException.class);
        proxy.heal();
        client.setSoTimeout(PATIENCE_MILLIS);
        assertReset(client);
    }

    @Test
    void stall_nothingComesUntilItIsHealed() throws IOException {
        proxy.toServer().stall();
        send(client);
        server.setSoTimeout(SHORT_MILLIS);
        assertThatThrownBy(() -> receive(server, 1)).isInstanceOf(SocketTimeoutException.class);
        proxy.heal();
        server.setSoTimeout(PATIENCE_MILLIS);
        assertThat(receive(server, HELLO.length)).isEqualTo(HELLO);
    }

    @Test
    void resetBefore_theRestDoesNotArrive() throws IOException {
        proxy.toServer().strike(new Strike(StrikeKind.RESET_BEFORE, 3, 0));
        send(client);
        assertReset(client);
        assertThatThrownBy(() -> receive(server, HELLO.length)).isInstanceOf(SocketException.class);
        assertThat(proxy.toServer().hasStruck()).isTrue();
    }

    @Test
    void resetAfter_allArrivesAndTheAnswerDoesNot() throws IOException {
        proxy.toServer().strike(new Strike(StrikeKind.RESET_AFTER, 3, 0));
        send(client);
        assertThat(receive(server, HELLO.length)).isEqualTo(HELLO);
        send(server);
        assertReset(client);
        assertReset(server);
    }

    @Test
    void halfClose_theServerSeesTheEndAndMayAnswer() throws IOException {
        proxy.toServer().strike(new Strike(StrikeKind.HALF_CLOSE, 3, 0));
        send(client);
        assertThat(receive(server, HELLO.length)).containsExactly(1, 2, 3);
        send(server);
        assertThat(receive(client, HELLO.length)).isEqualTo(HELLO);
    }

    @Test
    void flipBit_oneBitDiffersOnce() throws IOException {
        proxy.toServer().strike(new Strike(StrikeKind.FLIP_BIT, 3, 4));
        send(client);
        assertThat(receive(server, HELLO.length)).containsExactly(1, 2, 3, 4 ^ 16, 5, 6, 7, 8);
        exchange();
    }

    @Test
    void cut_nobodyGetsThroughUntilItIsHealed() throws IOException {
        proxy.cut();
        assertReset(client);
        assertReset(server);
        try (Socket refused = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            refused.setSoTimeout(PATIENCE_MILLIS);
            assertReset(refused);
        }
        proxy.heal();
        client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        server = listener.accept();
        exchange();
    }
}
