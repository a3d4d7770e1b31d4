package org.pmuconnector.fabric.iwarp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.OpenRegion;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Watch;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;
import org.pmuconnector.pmu.nic.iwarp.LoopbackUnit;

/**
 * A session from start-up to Terminate, captured on the loopback interface and judged by tshark's dissectors. Where
 * tshark cannot capture, there are no tests here, and a line says how to get them.
 */
class IwarpCaptureTest {

    private static final int SIZE = 2 * 1024 * 1024;
    private static final int WRONG_KEY = 0x66666600;
    private static final int APPENDS = 50;
    private static final int APPEND_BYTES = 4096;

    /** Frames around the payload of an append, and around what comes back. */
    private static final int APPEND_WIRE_BYTES = (2 + 14 + APPEND_BYTES + 4) + (2 + 18 + 28 + 4);

    private static final int READ_BACK_WIRE_BYTES = 2 + 14 + 8 + 4;

    /** Segments of 16 KiB, Read Requests of 1 MiB. */
    private static final int LONG_WRITE_BYTES = 100_000;

    private static final int LONG_WRITE_SEGMENTS = 7;
    private static final int LONG_READ_BYTES = 1088 * 1024;
    private static final int LONG_READ_REQUESTS = 2;
    private static final int LONG_READ_SEGMENTS = 68;

    @TempDir
    Path folder;

    @TestFactory
    @Timeout(120)
    Stream<DynamicTest> session_captured_isIwarp() throws Exception {
        String missing = Tshark.missing();
        if (missing != null) {
            System.out.println("NOTE: " + missing);
            return Stream.empty();
        }
        try (LoopbackUnit unit = new LoopbackUnit(SIZE, IwarpNicOptions.defaults());
                Tshark tshark = Tshark.capture(unit.nic().localAddress().getPort(), folder)) {
            try (IwarpFabric fabric = new IwarpFabric(unit.address(), FabricOptions.defaults())) {
                converse(unit, fabric);
            }
            tshark.finish(2);
            List<String> details = tshark.details();
            return Stream.of(
                    dynamicTest("every byte is dissected as iWARP", () -> assertDissected(tshark)),
                    dynamicTest("nothing is malformed", () -> assertWellFormed(tshark, details)),
                    dynamicTest("every CRC is good", () -> assertCrcs(details)),
                    dynamicTest("the messages are those that were sent", () -> assertMessages(tshark)),
                    dynamicTest("an append is one segment each way", () -> assertRoundTrips(tshark)),
                    dynamicTest("start-up is enhanced, with CRC and without markers", () -> assertStartup(details)),
                    dynamicTest("the Terminates name their reasons", () -> assertTerminates(tshark)));
        }
    }

    private static void converse(LoopbackUnit unit, IwarpFabric fabric) throws PmuException {
        FabricConnection connection = hello(fabric);
        OpenRegion open = OpenRegion.newBuilder().setWrite(true).build();
        int key = connection
                .call(Request.newBuilder().setOpenRegion(open).build(), soon())
                .getOpenRegion()
                .getKey();
        for (int i = 0; i < APPENDS; i++) {
            long address = LoopbackUnit.BASE + (long) i * APPEND_BYTES;
            connection.write(key, address, ByteBuffer.allocate(APPEND_BYTES), soon());
            connection.flush(key, address, APPEND_BYTES, PersistenceLevel.VISIBLE, soon());
        }
        connection.write(key, LoopbackUnit.BASE, ByteBuffer.allocate(LONG_WRITE_BYTES), soon());
        connection.flush(key, LoopbackUnit.BASE, LONG_WRITE_BYTES, PersistenceLevel.VISIBLE, soon());
        connection.flush(key, LoopbackUnit.BASE, LONG_WRITE_BYTES, PersistenceLevel.PERSISTENT, soon());
        connection.read(key, LoopbackUnit.BASE, ByteBuffer.allocate(LONG_READ_BYTES), soon());
        connection.call(
                Request.newBuilder().setWatch(Watch.getDefaultInstance()).build(), soon());
        unit.push(Event.newBuilder()
                .setRegion(RegionState.newBuilder().setEpoch(2))
                .build());
        assertThat(connection.awaitEvent(soon()).getRegion().getEpoch()).isEqualTo(2);
        assertThatThrownBy(() -> {
                    connection.write(WRONG_KEY, LoopbackUnit.BASE, ByteBuffer.allocate(8), soon());
                    connection.flush(key, LoopbackUnit.BASE, 8, PersistenceLevel.VISIBLE, soon());
                })
                .isInstanceOf(PmuException.class);
        FabricConnection other = hello(fabric);
        assertThatThrownBy(() -> other.read(WRONG_KEY, LoopbackUnit.BASE, ByteBuffer.allocate(8), soon()))
                .isInstanceOf(PmuException.class);
    }

    private static FabricConnection hello(IwarpFabric fabric) throws PmuException {
        FabricConnection connection = fabric.connect(soon());
        connection.call(
                Request.newBuilder()
                        .setHello(Hello.newBuilder().setProtocolVersion(1))
                        .build(),
                soon());
        return connection;
    }

    private static Deadline soon() {
        return Deadline.after(MonotonicClock.system(), Duration.ofSeconds(20));
    }

    private static void assertDissected(Tshark tshark) throws IOException {
        assertThat(tshark.fields("tcp.len>0", "frame.number")).hasSizeGreaterThan(2 * APPENDS);
        // A frame that TCP cut is dissected where its last part arrives, and what TCP sent twice, once.
        String elsewhere = "tcp.reassembled_in || tcp.analysis.retransmission";
        assertThat(tshark.fields("tcp.len>0 && !iwarp_mpa && !(" + elsewhere + ")", "frame.number"))
                .isEmpty();
        assertThat(tshark.fields("iwarp_mpa.fpdu && !iwarp_ddp_rdmap", "frame.number"))
                .isEmpty();
    }

    private static void assertWellFormed(Tshark tshark, List<String> details) throws IOException {
        assertThat(tshark.fields("_ws.malformed || iwarp_mpa.bad_length", "frame.number"))
                .isEmpty();
        // Of the two start-up frames of each connection: this dissector's release knows revision 1 alone.
        assertThat(details.stream()
                        .filter(line -> line.contains("[Expert Info (Warning") && !line.contains("Warning/Sequence")))
                .allSatisfy(line -> assertThat(line).containsAnyOf("Res field is NOT", "Rev field is NOT"));
        assertThat(details.stream().filter(line -> line.contains("[Expert Info (Error")))
                .isEmpty();
    }

    private static void assertCrcs(List<String> details) {
        int frames = Arrays.stream(expectedMessages()).sum();
        assertThat(details.stream().filter(line -> line.contains("(Good CRC32)")))
                .hasSize(frames);
        assertThat(details.stream().filter(line -> line.contains("Bad CRC32"))).isEmpty();
    }

    /** Segments by opcode: Write, Read Request, Read Response, Send, and so on to Terminate. */
    private static int[] expectedMessages() {
        int sends = 2 * 5 + 1;
        return new int[] {
            APPENDS + LONG_WRITE_SEGMENTS + 1,
            APPENDS + 1 + LONG_READ_REQUESTS + 1 + 1,
            APPENDS + 1 + LONG_READ_SEGMENTS,
            sends,
            0,
            0,
            0,
            2
        };
    }

    private static void assertMessages(Tshark tshark) throws IOException {
        int[] seen = new int[16];
        for (String line : tshark.fields("iwarp_ddp_rdmap", "iwarp_rdma.opcode")) {
            for (String opcode : line.split(",", -1)) {
                seen[Integer.decode(opcode)]++;
            }
        }
        assertThat(seen).containsExactly(Arrays.copyOf(expectedMessages(), seen.length));
    }

    private static void assertRoundTrips(Tshark tshark) throws IOException {
        String append = "tcp.len==" + APPEND_WIRE_BYTES;
        assertThat(tshark.fields(append, "iwarp_rdma.opcode")).hasSize(APPENDS).containsOnly("0x00,0x01");
        // The long write is read back, too.
        assertThat(tshark.fields("tcp.len==" + READ_BACK_WIRE_BYTES + " && iwarp_rdma.opcode==2", "frame.number"))
                .hasSize(APPENDS + 1);
    }

    private static void assertStartup(List<String> details) {
        assertThat(details.stream().filter(line -> line.contains("frame header")))
                .hasSize(4);
        assertThat(details.stream().filter(line -> line.contains("CRC flag: True")))
                .hasSize(4);
        assertThat(details.stream().filter(line -> line.contains("Marker flag: False")))
                .hasSize(4);
        assertThat(details.stream().filter(line -> line.contains("Revision: 2")))
                .hasSize(4);
    }

    private static void assertTerminates(Tshark tshark) throws IOException {
        assertThat(tshark.fields("iwarp_rdma.term_layer==1", "iwarp_rdma.term_errcode_ddp_tagged"))
                .containsExactly("0x00");
        assertThat(tshark.fields("iwarp_rdma.term_layer==0", "iwarp_rdma.term_errcode_rdma"))
                .containsExactly("0x00");
        assertThat(tshark.fields("iwarp_rdma.term_rdma_h", "tcp.srcport")).hasSize(1);
    }
}
