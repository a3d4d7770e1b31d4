package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.pmuconnector.control.wire.HelloReply;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.ControlService;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.nic.ProtectionFaultException.Fault;
import org.pmuconnector.pmu.nic.RemoteMemory;
import org.pmuconnector.pmu.nic.iwarp.IwarpNic;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;

/**
 * The network interface on a plain piece of memory with one key: what the network costs, without tables, manager and
 * files. A process of its own: {@code POLL_MICROS SIZE_BYTES}.
 */
final class ArrayUnit implements RemoteMemory, ControlService {

    static final int KEY = 0x1234;

    private final ByteBuffer memory;

    private ArrayUnit(int sizeBytes) {
        memory = ByteBuffer.allocateDirect(sizeBytes);
    }

    public static void main(String[] args) throws IOException, PmuException {
        ArrayUnit unit = new ArrayUnit(Integer.parseInt(args[1]));
        IwarpNicOptions options = IwarpNicOptions.defaults().withPollMicros(Integer.parseInt(args[0]));
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (IwarpNic nic = IwarpNic.listen(any, unit, unit, options)) {
            ChildProcess.announceAndWait(nic.localAddress().getPort());
        }
    }

    @Override
    public void place(long protectionDomain, int key, long address, ByteBuffer source) throws ProtectionFaultException {
        int length = source.remaining();
        memory.put(check(key, address, length), source, source.position(), length);
    }

    @Override
    public void fetch(long protectionDomain, int key, long address, ByteBuffer sink) throws ProtectionFaultException {
        int length = sink.remaining();
        sink.put(sink.position(), memory, check(key, address, length), length);
    }

    @Override
    public void checkFetch(long protectionDomain, int key, long address, long lengthBytes)
            throws ProtectionFaultException {
        check(key, address, lengthBytes);
    }

    private int check(int key, long address, long lengthBytes) throws ProtectionFaultException {
        if (key != KEY) {
            throw new ProtectionFaultException(Fault.INVALID_KEY, key, address, lengthBytes);
        }
        if (address < 0 || lengthBytes > memory.capacity() - address) {
            throw new ProtectionFaultException(Fault.BASE_OR_BOUNDS, key, address, lengthBytes);
        }
        return (int) address;
    }

    @Override
    public ControlConnection connected(NicConnection connection) {
        return new ControlConnection() {
            @Override
            public long protectionDomain() {
                return 1;
            }

            @Override
            public Response handle(Request request) {
                Response.Builder response = Response.newBuilder().setId(request.getId());
                if (request.hasHello()) {
                    response.setHello(HelloReply.getDefaultInstance());
                } else {
                    response.setOpenRegion(
                            OpenRegionReply.newBuilder().setKey(KEY).setSizeBytes(memory.capacity()));
                }
                return response.build();
            }

            @Override
            public void ended(String evidence) {
                // Nothing was bound.
            }
        };
    }
}
