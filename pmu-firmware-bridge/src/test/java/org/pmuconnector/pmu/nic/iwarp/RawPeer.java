package org.pmuconnector.pmu.nic.iwarp;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.ToInitiator;
import org.pmuconnector.iwarp.DdpSegment;
import org.pmuconnector.iwarp.FpduReader;
import org.pmuconnector.iwarp.ProtocolFaultException;
import org.pmuconnector.iwarp.RdmapOpcode;
import org.pmuconnector.iwarp.StartupFrame;
import org.pmuconnector.iwarp.Terminate;
import org.pmuconnector.model.UnitAddress;

/** A peer that sends whatever it is told to, byte by byte as the test wants it. For one thread. */
final class RawPeer implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket = new Socket();
    private final OutputStream output;
    private final FpduReader reader = new FpduReader(true);
    private int nextSend = 1;

    /** What came back until the other side closed. */
    record Answers(List<Integer> opcodes, Terminate terminate) {}

    RawPeer(IwarpNic nic) throws IOException {
        this(nic.localAddress());
    }

    RawPeer(UnitAddress address) throws IOException {
        this(new InetSocketAddress(address.host(), address.port()));
    }

    private RawPeer(InetSocketAddress address) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(address);
        output = socket.getOutputStream();
    }

    void send(byte[]... parts) throws IOException {
        for (byte[] part : parts) {
            output.write(part);
        }
    }

    /** Sends no more; can still receive. */
    void finish() throws IOException {
        socket.shutdownOutput();
    }

    static byte[] startupRequest() {
        return bytes(StartupFrame.request(0, 16));
    }

    static byte[] bytes(StartupFrame frame) {
        ByteBuffer bytes = ByteBuffer.allocate(StartupFrame.MAX_LENGTH_BYTES);
        frame.write(bytes);
        return trimmed(bytes);
    }

    static byte[] trimmed(ByteBuffer bytes) {
        byte[] trimmed = new byte[bytes.flip().remaining()];
        bytes.get(trimmed);
        return trimmed;
    }

    /** Start-up as it should be. */
    RawPeer started() throws IOException, ProtocolFaultException {
        send(startupRequest());
        StartupFrame reply = startupReply();
        if (reply.isRejected()) {
            throw new IOException("rejected: " + new String(reply.privateData(), StandardCharsets.UTF_8));
        }
        return this;
    }

    /** Start-up and hello as they should be. */
    RawPeer greeted() throws IOException, ProtocolFaultException {
        started();
        call(Request.newBuilder().setHello(Hello.newBuilder().setProtocolVersion(1)));
        return this;
    }

    /** Start-up and hello as a real unit wants it. */
    RawPeer greeted(Hello.Purpose purpose, String instance, ByteString token)
            throws IOException, ProtocolFaultException {
        started();
        require(call(Request.newBuilder()
                .setHello(Hello.newBuilder()
                        .setProtocolVersion(1)
                        .setPurpose(purpose)
                        .setInstanceName(instance)
                        .setInstanceToken(token))));
        return this;
    }

    /** A real unit's key for a region. */
    OpenRegionReply open(String region, boolean write, long epoch) throws IOException, ProtocolFaultException {
        OpenRegion.Builder open =
                OpenRegion.newBuilder().setRegion(region).setWrite(write).setEpoch(epoch);
        return require(call(Request.newBuilder().setOpenRegion(open))).getOpenRegion();
    }

    private static Response require(ToInitiator answer) throws IOException {
        Response response = answer.getResponse();
        if (response.getStatus() != 0) {
            throw new IOException("refused: " + response.getMessage());
        }
        return response;
    }

    /** A key for the whole memory. */
    int bind(boolean write) throws IOException, ProtocolFaultException {
        return call(Request.newBuilder().setOpenRegion(OpenRegion.newBuilder().setWrite(write)))
                .getResponse()
                .getOpenRegion()
                .getKey();
    }

    StartupFrame startupReply() throws IOException, ProtocolFaultException {
        byte[] received = new byte[StartupFrame.MAX_LENGTH_BYTES];
        int length = 0;
        StartupFrame reply = null;
        while (reply == null) {
            // The reply is followed by nothing until this side has sent a frame.
            int count = socket.getInputStream().read(received, length, received.length - length);
            if (count < 0) {
                throw new IOException("closed without a reply");
            }
            length += count;
            reply = StartupFrame.parse(StartupFrame.Kind.REPLY, ByteBuffer.wrap(received, 0, length));
        }
        return reply;
    }

    ToInitiator call(Request.Builder request) throws IOException, ProtocolFaultException {
        send(request(nextSend++, request.setId(nextSend).build()));
        DdpSegment segment = nextSegment();
        if (segment == null) {
            throw new IOException("closed without an answer");
        }
        return message(segment);
    }

    static ToInitiator message(DdpSegment segment) throws InvalidProtocolBufferException {
        return ToInitiator.parseFrom(segment.payload());
    }

    /** The next frame's segment, or null when the other side has closed. */
    DdpSegment nextSegment() throws IOException, ProtocolFaultException {
        byte[] received = new byte[4096];
        DdpSegment segment = reader.next();
        while (segment == null) {
            ByteBuffer space = reader.space();
            int count = socket.getInputStream().read(received, 0, Math.min(received.length, space.remaining()));
            if (count < 0) {
                return null;
            }
            space.put(received, 0, count);
            segment = reader.next();
        }
        return segment;
    }

    /** Everything until the other side closes; a reset counts as that. */
    Answers answers() throws ProtocolFaultException {
        List<Integer> opcodes = new ArrayList<>();
        Terminate terminate = null;
        try {
            for (DdpSegment segment = nextSegment(); segment != null; segment = nextSegment()) {
                opcodes.add(segment.opcode());
                if (segment.opcode() == RdmapOpcode.TERMINATE) {
                    terminate = Terminate.parse(segment.payload());
                }
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the other side keeps the connection", e);
        } catch (IOException e) {
            return new Answers(opcodes, terminate);
        }
        return new Answers(opcodes, terminate);
    }

    static byte[] tagged(int opcode, boolean last, int key, long offset, byte[] payload) {
        ByteBuffer segment = ByteBuffer.allocate(14 + payload.length);
        segment.put((byte) (last ? 0xC1 : 0x81)).put((byte) (0x40 | opcode));
        segment.putInt(key).putLong(offset).put(payload);
        return frame(segment.array());
    }

    static byte[] untagged(int opcode, boolean last, int queue, int message, int offset, byte[] payload) {
        ByteBuffer segment = ByteBuffer.allocate(18 + payload.length);
        segment.put((byte) (last ? 0x41 : 0x01)).put((byte) (0x40 | opcode));
        segment.putInt(0).putInt(queue).putInt(message).putInt(offset).put(payload);
        return frame(segment.array());
    }

    static byte[] request(int message, Request request) {
        return untagged(RdmapOpcode.SEND, true, 0, message, 0, request.toByteArray());
    }

    static byte[] readRequest(int message, int key, long address, int sizeBytes) {
        ByteBuffer payload = ByteBuffer.allocate(28);
        payload.putInt(0x5151).putLong(0).putInt(sizeBytes).putInt(key).putLong(address);
        return untagged(RdmapOpcode.READ_REQUEST, true, 1, message, 0, payload.array());
    }

    /** A frame with a good CRC around a segment, whatever that is. */
    static byte[] frame(byte[] segment) {
        ByteBuffer frame = ByteBuffer.allocate((2 + segment.length + 3 & ~3) + 4);
        frame.putShort((short) segment.length).put(segment).position(frame.capacity() - 4);
        CRC32C crc = new CRC32C();
        crc.update(frame.array(), 0, frame.position());
        frame.putInt(Integer.reverseBytes((int) crc.getValue()));
        return frame.array();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
