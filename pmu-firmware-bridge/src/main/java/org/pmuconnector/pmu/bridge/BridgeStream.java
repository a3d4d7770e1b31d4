package org.pmuconnector.pmu.bridge;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Messages over a socket, each preceded by its length in four bytes. One thread receives; any may send. A message is
 * received whole or not at all.
 */
final class BridgeStream implements AutoCloseable {

    /** Protocol Buffers' own wish for strings and nested messages is far below this. */
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Socket socket;
    private final InputStream in;
    private final DataOutputStream out;
    private final String localAddress;
    private final String remoteAddress;

    /** Messages over a connected socket. */
    BridgeStream(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        this.in = socket.getInputStream();
        this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES));
        this.localAddress = text((InetSocketAddress) socket.getLocalSocketAddress());
        this.remoteAddress = text((InetSocketAddress) socket.getRemoteSocketAddress());
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    /** This end's address and port. */
    String localAddress() {
        return localAddress;
    }

    /** The other end's address and port. */
    String remoteAddress() {
        return remoteAddress;
    }

    /** Sends a message; the other end may take its time to receive it. */
    void send(MessageLite message) throws IOException {
        int length = message.getSerializedSize();
        if (length > BridgeOptions.MAX_MESSAGE_BYTES) {
            throw new IOException("a message of " + length + " bytes; it may have " + BridgeOptions.MAX_MESSAGE_BYTES);
        }
        synchronized (out) {
            out.writeInt(length);
            CodedOutputStream coded = CodedOutputStream.newInstance(out);
            message.writeTo(coded);
            coded.flush();
            out.flush();
        }
    }

    /**
     * Receives the next message.
     *
     * @param timeoutMillis until all of it must have come
     * @return null if the other end has closed the stream between two messages
     * @throws InvalidProtocolBufferException if it is too long or none
     * @throws IOException if the stream is broken, ends in the middle of a message or is silent for too long
     */
    <M> M receive(Parser<M> parser, int maxBytes, int timeoutMillis) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        byte[] header = new byte[Integer.BYTES];
        if (!fill(header, true, deadline)) {
            return null;
        }
        int length = ByteBuffer.wrap(header).getInt();
        if (length < 0 || length > maxBytes) {
            throw new InvalidProtocolBufferException(
                    "a message of " + Integer.toUnsignedString(length) + " bytes; it may have " + maxBytes);
        }
        byte[] bytes = new byte[length];
        fill(bytes, false, deadline);
        return parser.parseFrom(bytes);
    }

    private boolean fill(byte[] bytes, boolean mayEnd, long deadline) throws IOException {
        int filled = 0;
        while (filled < bytes.length) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new SocketTimeoutException("no message came in time");
            }
            socket.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)));
            int count = in.read(bytes, filled, bytes.length - filled);
            if (count < 0) {
                if (mayEnd && filled == 0) {
                    return false;
                }
                throw new EOFException("the stream ended in the middle of a message");
            }
            filled += count;
        }
        return true;
    }

    /** Ends it for both ends; threads that send or receive are released. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
