package org.pmuconnector.benchmarks;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * The yardstick: plain TCP between two processes, so many bytes there and so many back, nothing else. Both sides either
 * block in {@code read} or poll it without end.
 */
final class RawPingPong implements AutoCloseable {

    private final SocketChannel channel;
    private final ByteBuffer request;
    private final ByteBuffer reply;

    RawPingPong(int port, boolean polling, int requestLengthBytes, int replyLengthBytes) throws IOException {
        channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        configure(channel, polling);
        request = ByteBuffer.allocateDirect(requestLengthBytes);
        reply = ByteBuffer.allocateDirect(replyLengthBytes);
    }

    private static void configure(SocketChannel channel, boolean polling) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(!polling);
    }

    /** One round trip. */
    void exchange() throws IOException {
        writeFully(channel, request.clear());
        if (!readFully(channel, reply.clear())) {
            throw new EOFException("the echo server is gone");
        }
    }

    private static void writeFully(SocketChannel channel, ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            channel.write(source);
        }
    }

    /** Fills the sink; false if the other side has closed. */
    private static boolean readFully(SocketChannel channel, ByteBuffer sink) throws IOException {
        while (sink.hasRemaining()) {
            if (channel.read(sink) < 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** The other side: {@code blocking|polling REQUEST_BYTES REPLY_BYTES}. */
    static final class Server {

        private Server() {}

        public static void main(String[] args) throws IOException {
            boolean polling = args[0].equals("polling");
            ByteBuffer request = ByteBuffer.allocateDirect(Integer.parseInt(args[1]));
            ByteBuffer reply = ByteBuffer.allocateDirect(Integer.parseInt(args[2]));
            ServerSocketChannel listener = ServerSocketChannel.open();
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            Thread thread = new Thread(() -> serve(listener, polling, request, reply), "echo");
            thread.setDaemon(true);
            thread.start();
            ChildProcess.announceAndWait(((InetSocketAddress) listener.getLocalAddress()).getPort());
        }

        private static void serve(ServerSocketChannel listener, boolean polling, ByteBuffer request, ByteBuffer reply) {
            while (true) {
                try (SocketChannel channel = listener.accept()) {
                    configure(channel, polling);
                    while (readFully(channel, request.clear())) {
                        writeFully(channel, reply.clear());
                    }
                } catch (IOException e) {
                    System.err.println("echo server: " + e);
                    return;
                }
            }
        }
    }
}
