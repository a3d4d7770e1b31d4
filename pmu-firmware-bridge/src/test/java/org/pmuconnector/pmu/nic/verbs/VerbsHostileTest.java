package org.pmuconnector.pmu.nic.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.GetUnit;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.RegisteredRange;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.VerbsWelcome;
import org.pmuconnector.control.wire.Watch;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.UnitLimit;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.pmu.nic.VerbsPeer;

/**
 * Peers that do not keep to what messages over verbs are. Each loses its connection and nothing is left of it; all others go
 * on.
 */
@Tag("rdma")
class VerbsHostileTest {

    private static final int HANDSHAKE_MILLIS = 60_000;
    private static final int STALL_MILLIS = 3_000;
    private static final int MESSAGE_BYTES = 16 * 1024;
    private static final int QUEUED_EVENTS = 16;

    @TempDir
    static Path folder;

    private static AttackedUnit unit;

    @BeforeAll
    static void serve() throws Exception {
        UnitLimits limits = UnitLimits.DEFAULT
                .with(UnitLimit.MESSAGE_BYTES, MESSAGE_BYTES)
                .with(UnitLimit.QUEUED_EVENTS, QUEUED_EVENTS);
        unit = new AttackedUnit(
                folder, NicOptions.defaults().withLimits(limits).withTimeouts(HANDSHAKE_MILLIS, STALL_MILLIS));
    }

    @AfterEach
    void assertUnharmed() throws Exception {
        unit.assertUnharmed();
        unit.assertNothingIsLeft();
    }

    @AfterAll
    static void stop() {
        unit.close();
    }

    private static Request.Builder getUnit() {
        return Request.newBuilder().setGetUnit(GetUnit.getDefaultInstance());
    }

    @Test
    void greeting_ofAnotherVersion_isRefusedWithTheReason() throws Exception {
        try (Intruder intruder = Intruder.connect(unit.address())) {
            VerbsWelcome welcome = intruder.greet(2);
            assertThat(ErrorCode.ofNumber(welcome.getStatus())).isEqualTo(ErrorCode.VERSION_UNSUPPORTED);
            assertThat(welcome.getVersion()).isEqualTo(1);
            assertThat(welcome.getMessage()).contains("version 1", "not 2");
            intruder.awaitEnd();
        }
    }

    @Test
    void greeting_garbage_endsTheConnection() throws Exception {
        for (byte[] garbage : new byte[][] {
            {},
            {1},
            {1, 1, 0, 0, (byte) 0xFF},
            "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
            new byte[4096]
        }) {
            try (Intruder intruder = Intruder.connect(unit.address())) {
                intruder.send(garbage);
                intruder.awaitEnd();
            }
        }
    }

    private static void assertEnded(byte[] frame) throws Exception {
        try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
            intruder.send(frame);
            assertThat(intruder.response()).isNull();
        }
    }

    @Test
    void frames_withWrongHeaders_endTheConnection() throws Exception {
        byte[] request = getUnit().build().toByteArray();
        assertEnded(Frames.frame(0, Frames.LAST, 0, request));
        assertEnded(Frames.frame(2, Frames.LAST, 0, request));
        assertEnded(Frames.frame(1, Frames.LAST | 4, 0, request));
        assertEnded(Frames.frame(1, 0x80, 0, request));
        // More receives than the unit has used.
        assertEnded(Frames.frame(1, Frames.NOTHING, VerbsPeer.WINDOW, new byte[0]));
        assertEnded(Frames.frame(1, Frames.NOTHING, 0xFFFF, new byte[0]));
        // Parts that are none, and a message that is no request.
        assertEnded(Frames.frame(1, 0, 0, new byte[0]));
        assertEnded(Frames.frame(1, Frames.LAST, 0, new byte[] {(byte) 0xFF, 1, 2, 3}));
        assertEnded(new byte[] {1, 1, 0});
    }

    @Test
    void message_longerThanTheLimit_endsTheConnection() throws Exception {
        try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
            byte[] part = new byte[VerbsPeer.FRAME_BYTES - Frames.HEADER_BYTES];
            int sent = 0;
            while (!intruder.peer.isOver() && sent <= MESSAGE_BYTES / part.length + 1) {
                intruder.send(Frames.frame(Frames.VERSION, 0, 0, part));
                sent++;
            }
            intruder.awaitEnd();
        }
    }

    @Test
    void message_begunAndNotEnded_isOverAtTheDeadline() throws Exception {
        try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
            intruder.send(Frames.frame(Frames.VERSION, 0, 0, new byte[] {1}));
            intruder.awaitEnd();
        }
    }

    /** Whether the second one comes before the first one is answered is not the peer's to say. */
    @Test
    void requests_severalAtOnce_areAnsweredOrEndTheConnection() throws Exception {
        try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
            byte[] frame = Frames.whole(0, getUnit().build());
            intruder.send(List.of(frame, frame, frame, frame, frame, frame));
            int answers = 0;
            Response response = intruder.response();
            while (response != null && ++answers < 6) {
                assertThat(response.hasUnit()).isTrue();
                response = intruder.response();
            }
            assertThat(response == null).isEqualTo(intruder.peer.isOver());
        }
    }

    @Test
    void send_longerThanTheReceive_endsTheConnection() throws Exception {
        try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
            intruder.send(Frames.frame(Frames.VERSION, Frames.LAST, 0, new byte[VerbsPeer.FRAME_BYTES]));
            intruder.awaitEnd();
        }
    }

    /** It uses a receive, whose memory still holds what came there before: that must not be taken for another message. */
    @Test
    @Tag("rxe-only") // An iWARP device has no such operation.
    void write_withImmediateData_endsTheConnectionAndIsNoMessage() throws Exception {
        // As long as each of those before it.
        byte[] request = getUnit().setId(1).build().toByteArray();
        try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
            RegisteredRange own = intruder.open(Intruder.NAME, true, 1);
            for (int i = 0; i < VerbsPeer.WINDOW; i++) {
                assertThat(intruder.call(getUnit()).hasUnit()).isTrue();
            }
            int length = Frames.HEADER_BYTES + request.length;
            assertThat(intruder.peer.writeWithImmediate(own.getRkey(), own.getRemoteAddress(), length))
                    .isEqualTo(VerbsPeer.SUCCESS);
            assertThat(intruder.response()).isNull();
        }
    }

    @Test
    void send_moreThanTheCredits_harmsNobody() throws Exception {
        byte[] frame = Frames.nothing(0);
        try (Intruder intruder = Intruder.connect(unit.address()).loggedIn()) {
            for (int i = 0; i < 4 * VerbsPeer.WINDOW && !intruder.peer.isOver(); i++) {
                intruder.send(List.of(frame, frame, frame, frame));
            }
        }
    }

    /** The manager never waits for it: every claim that an event is pushed for is answered. */
    @Test
    void events_toAPeerThatPostsNoReceives_endItsConnection() throws Exception {
        int others = unit.served().nic().connectionCount();
        try (UnitClient noisy = UnitClient.session(unit.fabric, "noisy", 9);
                Intruder deaf = Intruder.connect(unit.address(), 3, 7)
                        .loggedIn(Hello.Purpose.SESSION, "deaf", UnitClient.token(10))) {
            noisy.create("noise", AttackedUnit.REGION_BYTES);
            deaf.peer.stopReceiving();
            Response watching =
                    deaf.call(Request.newBuilder().setWatch(Watch.newBuilder().setRegion("noise")));
            assertThat(watching.hasRegion()).isTrue();
            long epoch = 0;
            while (unit.served().nic().connectionCount() == others + 2) {
                epoch = noisy.claim("noise", epoch).getEpoch();
                assertThat(epoch).isLessThan(10L * (VerbsPeer.WINDOW + QUEUED_EVENTS));
            }
            RegionState noise = noisy.region("noise");
            assertThat(noise.getPrimaryInstance()).isEqualTo("noisy");
        }
    }
}
