package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The yardstick of detection: a plain connection to a process, and when its end was seen. */
final class RawSocketEnd implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 60;

    private final SocketChannel channel;
    private final CompletableFuture<Long> ended = new CompletableFuture<>();

    private RawSocketEnd(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects, and waits for the end from now on. */
    static RawSocketEnd of(int port) throws IOException {
        RawSocketEnd end =
                new RawSocketEnd(SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
        Thread thread = new Thread(end::awaitEnd, "yardstick");
        thread.setDaemon(true);
        thread.start();
        return end;
    }

    private void awaitEnd() {
        try {
            channel.read(ByteBuffer.allocate(1));
            ended.complete(System.nanoTime());
        } catch (IOException e) {
            // A reset is an end as good as any.
            ended.complete(System.nanoTime());
        }
    }

    /** When the end was seen, by {@link System#nanoTime()}. */
    long seenNanoTime() throws IOException, InterruptedException {
        try {
            return ended.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the process has not ended", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
