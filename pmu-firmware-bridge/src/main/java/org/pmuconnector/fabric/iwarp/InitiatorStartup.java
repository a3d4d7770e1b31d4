package org.pmuconnector.fabric.iwarp;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.iwarp.ProtocolFaultException;
import org.pmuconnector.iwarp.StartupFrame;
import org.pmuconnector.iwarp.socket.StreamSocket;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.polling.PollGate;
import org.pmuconnector.tls.ClientTls;

/** Connects to a unit and does the initiator's part of MPA start-up. For one thread and one connection. */
final class InitiatorStartup {

    /** Read Requests that may be outstanding; more would not make a read faster. */
    private static final int MAX_OUTSTANDING_READS = 16;

    private final UnitAddress address;
    private final FabricOptions options;
    /** Null if nothing is encrypted. */
    private final ClientTls tls;

    private final PollGate gate;
    private final Deadline deadline;

    InitiatorStartup(UnitAddress address, FabricOptions options, ClientTls tls, PollGate gate, Deadline deadline) {
        this.address = address;
        this.options = options;
        this.tls = tls;
        this.gate = gate;
        this.deadline = deadline;
    }

    InitiatorStream connect() throws PmuException {
        StreamSocket socket = null;
        boolean started = false;
        try {
            socket = new StreamSocket(connectTcp(), options.pollMicros(), gate);
            startTls(socket);
            StartupFrame reply = exchange(socket);
            started = true;
            int outstanding = reply.isEnhanced() ? Math.min(MAX_OUTSTANDING_READS, reply.inboundReads()) : 1;
            return new InitiatorStream(socket, outstanding);
        } catch (UnknownHostException e) {
            throw unreachable("the host is unknown; check the address", e);
        } catch (SocketTimeoutException e) {
            throw failure(
                    ErrorCode.DEADLINE_EXCEEDED,
                    "no answer in time; check the host, the port and what lies between",
                    e);
        } catch (ConnectException e) {
            throw unreachable(
                    "nothing accepts connections there (" + e.getMessage() + "); start it with 'pmu serve'", e);
        } catch (SSLException e) {
            throw TlsFaults.translate(address.toString(), e);
        } catch (ProtocolFaultException e) {
            throw failure(ErrorCode.PROTOCOL_VIOLATION, "what answers is not a unit: " + e.getMessage(), e);
        } catch (IOException e) {
            throw interrupted()
                    ? failure(ErrorCode.CONNECTION_LOST, "the thread was interrupted", e)
                    : unreachable(e.getMessage() == null ? e.toString() : e.getMessage(), e);
        } finally {
            if (socket != null && !started) {
                closeQuietly(socket);
            }
        }
    }

    private static boolean interrupted() {
        return Thread.currentThread().isInterrupted();
    }

    private PmuException unreachable(String why, Exception cause) {
        return failure(ErrorCode.UNIT_UNREACHABLE, why, cause);
    }

    private PmuException failure(ErrorCode code, String why, Exception cause) {
        return new PmuException(code, "unit " + address + ": " + why, cause);
    }

    private static void closeQuietly(StreamSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            System.getLogger(InitiatorStartup.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing after a failed start-up failed, too", e);
        }
    }

    /** Tries the host's addresses in turn. */
    private SocketChannel connectTcp() throws IOException {
        IOException first = null;
        for (InetAddress host : InetAddress.getAllByName(address.host())) {
            try {
                return connectTcp(new InetSocketAddress(host, address.port()));
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        throw first == null ? new UnknownHostException(address.host()) : first;
    }

    private SocketChannel connectTcp(InetSocketAddress remote) throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline.remainingNanos());
        if (left <= 0) {
            throw new SocketTimeoutException("the deadline has passed");
        }
        SocketChannel channel = SocketChannel.open();
        boolean connected = false;
        try {
            channel.socket().connect(remote, (int) Math.min(left, Integer.MAX_VALUE));
            StreamSocket.configure(channel);
            connected = true;
            return channel;
        } finally {
            if (!connected) {
                channel.close();
            }
        }
    }

    private void startTls(StreamSocket socket) throws IOException {
        if (tls == null) {
            return;
        }
        SSLEngine engine = tls.engine(address.host(), address.port());
        try {
            socket.startTls(engine, ByteBuffer.allocate(0), deadline.remainingNanos());
        } catch (SSLException | SocketTimeoutException | ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    "it broke the TLS handshake off (" + e.getMessage()
                            + "); if it does not speak TLS, use an iwarp:// address",
                    e);
        }
    }

    private StartupFrame exchange(StreamSocket socket) throws IOException, ProtocolFaultException, PmuException {
        ByteBuffer bytes = ByteBuffer.allocate(StartupFrame.MAX_LENGTH_BYTES);
        StartupFrame.request(0, MAX_OUTSTANDING_READS).write(bytes);
        socket.send(bytes.flip());
        // A new connection takes that much at once.
        if (bytes.hasRemaining()) {
            throw new IOException("the connection takes no data");
        }
        bytes.clear();
        StartupFrame reply;
        while ((reply = StartupFrame.parse(StartupFrame.Kind.REPLY, bytes.flip())) == null) {
            bytes.compact();
            long left = deadline.remainingNanos();
            if (left <= 0) {
                throw new SocketTimeoutException("no reply to the start-up request");
            }
            if (socket.receive(bytes, left) < 0) {
                throw new IOException("it closed the connection without a reply; it is not a unit, or serves no more");
            }
            if (interrupted()) {
                throw new IOException("interrupted");
            }
        }
        check(reply, bytes);
        return reply;
    }

    private void check(StartupFrame reply, ByteBuffer rest) throws PmuException {
        if (reply.isRejected()) {
            throw refusal(reply.privateData());
        }
        if (reply.wantsMarkers()) {
            throw failure(ErrorCode.PROTOCOL_VIOLATION, "it wants MPA markers, which are not supported", null);
        }
        if (reply.isEnhanced() && reply.inboundReads() == 0) {
            throw failure(ErrorCode.PROTOCOL_VIOLATION, "it answers no RDMA Reads", null);
        }
        if (rest.hasRemaining()) {
            throw failure(ErrorCode.PROTOCOL_VIOLATION, "it sent data before the first request", null);
        }
    }

    private PmuException refusal(byte[] privateData) {
        try {
            Response why = Response.parseFrom(privateData);
            if (why.getStatus() != 0) {
                return failure(ErrorCode.ofNumber(why.getStatus()), why.getMessage(), null);
            }
        } catch (InvalidProtocolBufferException e) {
            return failure(ErrorCode.PROTOCOL_VIOLATION, "it refused the connection and did not say why", e);
        }
        return failure(ErrorCode.PROTOCOL_VIOLATION, "it refused the connection and did not say why", null);
    }
}
