package org.pmuconnector.pmu.nic.iwarp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pmuconnector.control.wire.Event;
import org.pmuconnector.control.wire.GetUnit;
import org.pmuconnector.control.wire.Heartbeat;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.Watch;
import org.pmuconnector.iwarp.DdpSegment;
import org.pmuconnector.iwarp.ProtocolFaultException;
import org.pmuconnector.iwarp.RdmapOpcode;
import org.pmuconnector.iwarp.StartupFrame;
import org.pmuconnector.iwarp.Terminate;
import org.pmuconnector.iwarp.TerminateCode;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitLimits;

/**
 * Peers that do what they must not, over real sockets. After each of them the memory is as it was, and a well-behaved
 * connection that was there all the time goes on.
 */
@Timeout(120)
class IwarpNicHostileTest {

    private static final int SIZE = 256 * 1024;
    private static final long BASE = LoopbackUnit.BASE;
    private static final int HANDSHAKE_MILLIS = 1_000;
    private static final int STALL_MILLIS = 400;
    private static final UnitLimits LIMITS = new UnitLimits(6, 16, 8, 8, 8, 8, 64 * 1024, 64);

    private LoopbackUnit unit;
    private RawPeer witness;
    private int witnessKey;
    private int witnessReads;
    private byte[] expected;

    @BeforeEach
    void start() throws Exception {
        start(IwarpNicOptions.defaults().withLimits(LIMITS).withTimeouts(HANDSHAKE_MILLIS, STALL_MILLIS));
    }

    private void start(IwarpNicOptions options) throws Exception {
        unit = new LoopbackUnit(SIZE, options);
        witness = new RawPeer(unit.nic()).greeted();
        witnessKey = witness.bind(true);
        witnessReads = 0;
        expected = new byte[SIZE];
        assertUnharmed();
    }

    @AfterEach
    void stop() throws Exception {
        assertUnharmed();
        witness.close();
        unit.close();
    }

    /** The memory is what the witness wrote, and the witness can write and read. */
    private void assertUnharmed() throws IOException, ProtocolFaultException {
        assertThat(unit.memory()).isEqualTo(expected);
        byte[] mark = {(byte) ++witnessReads, 2, 3, 4, 5, 6, 7, 8};
        System.arraycopy(mark, 0, expected, 0, mark.length);
        witness.send(
                RawPeer.tagged(RdmapOpcode.WRITE, true, witnessKey, BASE, mark),
                RawPeer.readRequest(witnessReads, witnessKey, BASE, 8));
        DdpSegment segment = witness.nextSegment();
        assertThat(segment).isNotNull();
        assertThat(segment.opcode()).isEqualTo(RdmapOpcode.READ_RESPONSE);
        assertThat(segment.payload()).isEqualTo(ByteBuffer.wrap(mark));
        assertThat(unit.memory()).isEqualTo(expected);
    }

    private RawPeer peer() throws IOException {
        return new RawPeer(unit.nic());
    }

    private void assertTerminates(TerminateCode code, byte[]... bytes) throws Exception {
        try (RawPeer peer = peer().greeted()) {
            peer.send(bytes);
            Terminate terminate = peer.answers().terminate();
            assertThat(terminate).as("Terminate for %s", code).isNotNull();
            assertThat(TerminateCode.of(terminate.layer(), terminate.errorType(), terminate.errorCode()))
                    .isEqualTo(code);
        }
        awaitOnlyTheWitness();
        assertUnharmed();
    }

    private void awaitOnlyTheWitness() {
        awaitTrue(() -> unit.nic().connectionCount() == 1 && unit.connections().size() == 1);
    }

    private static void awaitTrue(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] hello(int message) {
        return RawPeer.request(
                message,
                Request.newBuilder()
                        .setHello(Hello.newBuilder().setProtocolVersion(1))
                        .build());
    }

    @Test
    void startup_garbage_isClosedWithoutAWord() throws Exception {
        for (byte[] garbage : new byte[][] {
            ascii("GET / HTTP/1.1\r\nHost: unit\r\n\r\n"),
            {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc},
            new byte[10_000],
            {'M', 'X'}
        }) {
            try (RawPeer peer = peer()) {
                peer.send(garbage);
                assertThat(peer.answers().opcodes()).isEmpty();
            }
        }
        awaitOnlyTheWitness();
        assertThat(unit.endings()).isEmpty();
    }

    @Test
    void startup_markersWanted_isRejectedWithTheReason() throws Exception {
        byte[] request = RawPeer.startupRequest();
        request[16] |= (byte) 0x80;
        try (RawPeer peer = peer()) {
            peer.send(request);
            StartupFrame reply = peer.startupReply();

            assertThat(reply.isRejected()).isTrue();
            Response why = Response.parseFrom(reply.privateData());
            assertThat(why.getStatus()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION.number());
            assertThat(why.getMessage()).contains("markers");
            assertThat(peer.answers().opcodes()).isEmpty();
        }
    }

    @Test
    void startup_dataBeforeTheReply_isClosed() throws Exception {
        try (RawPeer peer = peer()) {
            peer.send(concat(RawPeer.startupRequest(), hello(1)));
            assertThatThrownBy(peer::startupReply).isInstanceOf(IOException.class);
        }
        assertThat(unit.endings()).isEmpty();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Test
    void startup_silentOrHalfRequest_losesItsPlaceAtTheDeadline() throws Exception {
        try (RawPeer silent = peer();
                RawPeer half = peer()) {
            half.send(Arrays.copyOf(RawPeer.startupRequest(), 19));
            assertThat(silent.answers().opcodes()).isEmpty();
            assertThat(half.answers().opcodes()).isEmpty();
        }
        awaitOnlyTheWitness();
    }

    @Test
    void startup_cutAnywhere_isForgotten() throws Exception {
        byte[] request = RawPeer.startupRequest();
        for (int length = 0; length < request.length; length++) {
            try (RawPeer peer = peer()) {
                peer.send(Arrays.copyOf(request, length));
                peer.finish();
                assertThat(peer.answers().opcodes()).isEmpty();
            }
        }
        awaitOnlyTheWitness();
    }

    @Test
    void startup_everyPlaceHeldBySilence_isFreeAgainAtTheDeadline() throws Exception {
        RawPeer[] silent = new RawPeer[LIMITS.connections() - 1];
        for (int i = 0; i < silent.length; i++) {
            silent[i] = peer();
        }
        awaitTrue(() -> unit.nic().connectionCount() == LIMITS.connections());
        try (RawPeer late = peer()) {
            late.send(RawPeer.startupRequest());
            assertThat(late.startupReply().isRejected()).isTrue();
        }
        awaitOnlyTheWitness();
        try (RawPeer next = peer().greeted()) {
            assertThat(next.bind(false)).isNotZero();
        }
        for (RawPeer peer : silent) {
            peer.close();
        }
    }

    @Test
    void startup_farTooManyAtOnce_doesNotHarmOthers() throws Exception {
        RawPeer[] many = new RawPeer[100];
        for (int i = 0; i < many.length; i++) {
            many[i] = peer();
        }
        assertUnharmed();
        assertThat(unit.nic().connectionCount()).isLessThanOrEqualTo(LIMITS.connections() + 16);
        for (RawPeer peer : many) {
            peer.close();
        }
        awaitOnlyTheWitness();
    }

    @Test
    void handshake_noRequestThatSucceeds_isOverAtTheDeadline() throws Exception {
        try (RawPeer mute = peer().started();
                RawPeer refused = peer().started()) {
            Response response = refused.call(Request.newBuilder().setGetUnit(GetUnit.getDefaultInstance()))
                    .getResponse();
            assertThat(response.getStatus()).isNotZero();
            assertThat(mute.answers().opcodes()).isEmpty();
            assertThat(refused.answers().opcodes()).isEmpty();
        }
        awaitTrue(() -> unit.endings().size() == 2);
        assertThat(unit.endings()).allMatch(evidence -> evidence.contains("no control request succeeded in time"));
    }

    @Test
    void idle_afterHandshake_isLeftAlone() throws Exception {
        try (RawPeer idle = peer().greeted();
                RawPeer mute = peer().started()) {
            // The other's deadline passes later than this one's would.
            assertThat(mute.answers().opcodes()).isEmpty();
            assertThat(idle.call(Request.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()))
                            .getResponse()
                            .hasHeartbeat())
                    .isTrue();
        }
    }

    @Test
    void frame_cutAnywhereByTheEnd_placesNothing() throws Exception {
        byte[] payload = new byte[40];
        Arrays.fill(payload, (byte) 0xEE);
        for (int length = 1; length < 14 + 40 + 2 + 4; length++) {
            try (RawPeer peer = peer().greeted()) {
                byte[] frame = RawPeer.tagged(RdmapOpcode.WRITE, true, peer.bind(true), BASE + 4096, payload);
                peer.send(Arrays.copyOf(frame, Math.min(length, frame.length - 1)));
                peer.finish();
                assertThat(peer.answers().opcodes()).isEmpty();
            }
        }
        awaitOnlyTheWitness();
        assertThat(unit.endings()).containsOnly("closed by the peer in the middle of a frame");
    }

    @Test
    void frame_begunAndNotFinished_isOverAtTheDeadline() throws Exception {
        try (RawPeer peer = peer().greeted()) {
            peer.send(Arrays.copyOf(hello(2), 10));
            assertThat(peer.answers().opcodes()).isEmpty();
        }
        awaitTrue(() -> unit.endings().size() == 1);
        assertThat(unit.endings()).allMatch(evidence -> evidence.contains("a frame did not arrive in time"));
    }

    @Test
    void session_oneByteAtATime_isServed() throws Exception {
        try (RawPeer peer = peer()) {
            for (byte one : RawPeer.startupRequest()) {
                peer.send(new byte[] {one});
            }
            assertThat(peer.startupReply().isRejected()).isFalse();
            for (byte one : hello(1)) {
                peer.send(new byte[] {one});
            }
            assertThat(RawPeer.message(peer.nextSegment()).getResponse().hasHello())
                    .isTrue();
        }
    }

    @Test
    void crc_wrong_terminates() throws Exception {
        byte[] frame = hello(2);
        frame[frame.length - 1] ^= 1;
        assertTerminates(TerminateCode.MPA_CRC, frame);
    }

    @Test
    void lengths_wrong_terminate() throws Exception {
        byte[] tagged = {(byte) 0xC1, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        byte[] untagged = {0x41, 0x43, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
        assertTerminates(TerminateCode.DDP_LOCAL_CATASTROPHIC, RawPeer.frame(new byte[0]));
        assertTerminates(TerminateCode.DDP_LOCAL_CATASTROPHIC, RawPeer.frame(new byte[] {(byte) 0xC1}));
        assertTerminates(TerminateCode.DDP_LOCAL_CATASTROPHIC, RawPeer.frame(tagged));
        assertTerminates(TerminateCode.DDP_LOCAL_CATASTROPHIC, RawPeer.frame(untagged));
    }

    @Test
    void versions_wrong_terminate() throws Exception {
        byte[] segment = new byte[18];
        segment[0] = (byte) 0xC2;
        segment[1] = 0x40;
        assertTerminates(TerminateCode.DDP_TAGGED_VERSION, RawPeer.frame(segment.clone()));
        segment[0] = 0x40;
        assertTerminates(TerminateCode.DDP_UNTAGGED_VERSION, RawPeer.frame(segment.clone()));
        segment[0] = 0x41;
        segment[1] = (byte) 0x83;
        assertTerminates(TerminateCode.RDMAP_VERSION, RawPeer.frame(segment));
    }

    @Test
    void opcodes_notForTheUnit_terminate() throws Exception {
        byte[] payload = new byte[28];
        assertTerminates(
                TerminateCode.RDMAP_UNEXPECTED_OPCODE,
                RawPeer.tagged(RdmapOpcode.READ_RESPONSE, true, witnessKey, BASE, payload));
        assertTerminates(
                TerminateCode.RDMAP_UNEXPECTED_OPCODE,
                RawPeer.tagged(RdmapOpcode.SEND, true, witnessKey, BASE, payload));
        assertTerminates(
                TerminateCode.RDMAP_UNEXPECTED_OPCODE, RawPeer.untagged(RdmapOpcode.WRITE, true, 0, 2, 0, payload));
        for (int opcode = 8; opcode < 16; opcode++) {
            assertTerminates(TerminateCode.RDMAP_UNEXPECTED_OPCODE, RawPeer.untagged(opcode, true, 0, 2, 0, payload));
        }
        assertTerminates(
                TerminateCode.RDMAP_STAG_NOT_INVALIDATED,
                RawPeer.untagged(RdmapOpcode.SEND_INVALIDATE, true, 0, 2, 0, payload));
        assertTerminates(
                TerminateCode.RDMAP_STAG_NOT_INVALIDATED,
                RawPeer.untagged(RdmapOpcode.SEND_SOLICITED_INVALIDATE, true, 0, 2, 0, payload));
    }

    @Test
    void queues_wrong_terminate() throws Exception {
        for (int queue : new int[] {1, 2, 3, -1}) {
            assertTerminates(
                    TerminateCode.DDP_UNTAGGED_QUEUE,
                    RawPeer.untagged(RdmapOpcode.SEND, true, queue, 2, 0, new byte[4]));
        }
        assertTerminates(
                TerminateCode.DDP_UNTAGGED_QUEUE,
                RawPeer.untagged(RdmapOpcode.READ_REQUEST, true, 0, 2, 0, new byte[28]));
        assertTerminates(
                TerminateCode.DDP_UNTAGGED_QUEUE, RawPeer.untagged(RdmapOpcode.TERMINATE, true, 0, 2, 0, new byte[4]));
    }

    @Test
    void sequence_wrong_terminates() throws Exception {
        // The hello was message 1 of queue 0; queue 1 has had none.
        assertTerminates(TerminateCode.DDP_UNTAGGED_SEQUENCE, hello(1));
        assertTerminates(TerminateCode.DDP_UNTAGGED_SEQUENCE, hello(3));
        assertTerminates(TerminateCode.DDP_UNTAGGED_SEQUENCE, RawPeer.readRequest(2, witnessKey, BASE, 8));
        assertTerminates(
                TerminateCode.DDP_UNTAGGED_OFFSET, RawPeer.untagged(RdmapOpcode.SEND, true, 0, 2, 1, new byte[4]));
        assertTerminates(
                TerminateCode.DDP_UNTAGGED_OFFSET,
                RawPeer.untagged(RdmapOpcode.SEND, false, 0, 2, 0, new byte[4]),
                RawPeer.untagged(RdmapOpcode.SEND, true, 0, 2, 5, new byte[4]));
    }

    @Test
    void message_tooLong_terminates() throws Exception {
        byte[] part = new byte[32 * 1024];
        assertTerminates(
                TerminateCode.DDP_UNTAGGED_TOO_LONG,
                RawPeer.untagged(RdmapOpcode.SEND, false, 0, 2, 0, part),
                RawPeer.untagged(RdmapOpcode.SEND, false, 0, 2, part.length, part),
                RawPeer.untagged(RdmapOpcode.SEND, true, 0, 2, 2 * part.length, new byte[1]));
    }

    @Test
    void message_notARequest_terminates() throws Exception {
        assertTerminates(
                TerminateCode.RDMAP_OPERATION_UNSPECIFIED,
                RawPeer.untagged(RdmapOpcode.SEND, true, 0, 2, 0, new byte[] {(byte) 0xFF, 1, 2, 3}));
    }

    @Test
    void readRequest_malformed_terminates() throws Exception {
        assertTerminates(
                TerminateCode.RDMAP_STREAM_CATASTROPHIC,
                RawPeer.untagged(RdmapOpcode.READ_REQUEST, true, 1, 1, 0, new byte[27]));
        assertTerminates(
                TerminateCode.DDP_UNTAGGED_TOO_LONG,
                RawPeer.untagged(RdmapOpcode.READ_REQUEST, true, 1, 1, 0, new byte[29]));
        assertTerminates(
                TerminateCode.DDP_UNTAGGED_TOO_LONG,
                RawPeer.untagged(RdmapOpcode.READ_REQUEST, false, 1, 1, 0, new byte[28]));
    }

    @Test
    void access_foreignAndUnknownKeys_terminate() throws Exception {
        byte[] payload = {66, 66, 66, 66};
        assertTerminates(
                TerminateCode.DDP_TAGGED_INVALID_STAG, RawPeer.tagged(RdmapOpcode.WRITE, true, 0x777, BASE, payload));
        assertTerminates(
                TerminateCode.DDP_TAGGED_STAG_NOT_ASSOCIATED,
                RawPeer.tagged(RdmapOpcode.WRITE, true, witnessKey, BASE, payload));
        assertTerminates(TerminateCode.RDMAP_INVALID_STAG, RawPeer.readRequest(1, 0x777, BASE, 8));
        assertTerminates(TerminateCode.RDMAP_STAG_NOT_ASSOCIATED, RawPeer.readRequest(1, witnessKey, BASE, 8));
        assertTerminates(
                TerminateCode.RDMAP_STAG_NOT_ASSOCIATED, RawPeer.readRequest(1, witnessKey, BASE, Integer.MIN_VALUE));
    }

    @Test
    void access_ofNoBytes_isNotCheckedAndAnswered() throws Exception {
        try (RawPeer peer = peer().greeted()) {
            peer.send(
                    RawPeer.tagged(RdmapOpcode.WRITE, true, 0x777, -1, new byte[0]),
                    RawPeer.readRequest(1, 0x777, -1, 0));
            DdpSegment segment = peer.nextSegment();
            assertThat(segment.opcode()).isEqualTo(RdmapOpcode.READ_RESPONSE);
            assertThat(segment.isLast()).isTrue();
            assertThat(segment.payloadLengthBytes()).isZero();
        }
    }

    @Test
    void access_violationAfterGoodOnes_answersThoseFirst() throws Exception {
        try (RawPeer peer = peer().greeted()) {
            int key = peer.bind(false);
            peer.send(concat(
                    RawPeer.readRequest(1, key, BASE, 40_000),
                    RawPeer.tagged(RdmapOpcode.WRITE, true, key, BASE, new byte[8])));
            RawPeer.Answers answers = peer.answers();

            assertThat(answers.opcodes())
                    .containsExactly(
                            RdmapOpcode.READ_RESPONSE,
                            RdmapOpcode.READ_RESPONSE,
                            RdmapOpcode.READ_RESPONSE,
                            RdmapOpcode.TERMINATE);
            assertThat(answers.terminate().text()).contains("access rights", "0x" + Integer.toHexString(key));
        }
    }

    @Test
    void terminate_fromThePeer_endsTheStream() throws Exception {
        try (RawPeer peer = peer().greeted()) {
            peer.send(RawPeer.untagged(RdmapOpcode.TERMINATE, true, 2, 1, 0, new byte[] {0x20, 2, 0, 0}));
            assertThat(peer.answers().opcodes()).isEmpty();
        }
        awaitTrue(() -> unit.endings().size() == 1);
        assertThat(unit.endings()).containsExactly("terminated by the peer: MPA CRC error (layer 2, type 0, code 2)");
    }

    @Test
    void halfOpen_peerSendsNoMore_isAnsweredAndClosed() throws Exception {
        try (RawPeer peer = peer().greeted()) {
            int key = peer.bind(false);
            peer.send(RawPeer.readRequest(1, key, BASE, 8));
            peer.finish();
            assertThat(peer.answers().opcodes()).containsExactly(RdmapOpcode.READ_RESPONSE);
        }
        awaitOnlyTheWitness();
        assertThat(unit.endings()).containsExactly("closed by the peer");
    }

    @Test
    void output_leftUntaken_isOverAtTheDeadline() throws Exception {
        try (RawPeer peer = peer().greeted()) {
            int key = peer.bind(false);
            // More than all buffers between hold, asked for by little.
            for (int i = 1; i <= 200; i++) {
                peer.send(RawPeer.readRequest(i, key, BASE, SIZE));
            }
            assertUnharmed();
            awaitTrue(() -> unit.endings().size() == 1);
        }
        assertThat(unit.endings()).allMatch(evidence -> evidence.contains("does not take what it is sent"));
    }

    @Test
    void events_leftUntaken_disconnectThatPeer() throws Exception {
        try (RawPeer watcher = peer().greeted()) {
            watcher.call(Request.newBuilder().setWatch(Watch.getDefaultInstance()));
            char[] name = new char[100_000];
            Arrays.fill(name, 'x');
            Event event = Event.newBuilder()
                    .setRegion(RegionState.newBuilder().setRegion(new String(name)))
                    .build();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (unit.endings().isEmpty()) {
                unit.push(event);
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
        }
        assertThat(unit.endings()).hasSize(1).allMatch(evidence -> evidence.contains("64 events untaken"));
    }

    @Test
    void crc_leftToThePeer_isNotUsedIfItDoesNotAsk() throws Exception {
        witness.close();
        unit.close();
        start(IwarpNicOptions.defaults().withCrcAsPeerWants());
        byte[] request = RawPeer.startupRequest();
        request[16] = 0x10;
        try (RawPeer peer = peer()) {
            peer.send(request);
            assertThat(peer.startupReply().wantsCrc()).isFalse();
            byte[] frame = hello(1);
            Arrays.fill(frame, frame.length - 4, frame.length, (byte) 0);
            peer.send(frame);
            // The answer's CRC field is zero too, which a reader that checks does not accept.
            assertThatThrownBy(peer::nextSegment)
                    .isInstanceOfSatisfying(
                            ProtocolFaultException.class,
                            e -> assertThat(e.code()).isEqualTo(TerminateCode.MPA_CRC))
                    .hasMessageContaining("0x0 instead of");
        }
    }

    @Test
    void listen_portTaken_saysWhichAndWhatToDo() throws PmuException {
        assertThatThrownBy(() -> IwarpNic.listen(unit.nic().localAddress(), unit, unit, IwarpNicOptions.defaults()))
                .isInstanceOfSatisfying(
                        PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION))
                .hasMessageContaining(String.valueOf(unit.nic().localAddress().getPort()))
                .hasMessageContaining("--listen");
    }
}
