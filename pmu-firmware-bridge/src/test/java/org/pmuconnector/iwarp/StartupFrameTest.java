package org.pmuconnector.iwarp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StartupFrameTest {

    private static final String REQUEST_KEY = "4d 50 41 20 49 44 20 52 65 71 20 46 72 61 6d 65";
    private static final String REPLY_KEY = "4d 50 41 20 49 44 20 52 65 70 20 46 72 61 6d 65";

    @Test
    void write_request_asksForCrcAndReads() {
        assertThat(hex(StartupFrame.request(0, 16))).isEqualTo(REQUEST_KEY + " 50 02 00 04 00 00 00 10");
    }

    @Test
    void write_acceptOfRevisionTwo_mirrorsItWithTheReadsAskedFor() throws ProtocolFaultException {
        assertThat(replyTo(REQUEST_KEY + " 50 02 00 04 00 00 00 10")).isEqualTo(REPLY_KEY + " 50 02 00 04 00 10 00 00");
    }

    @Test
    void write_acceptOfMoreReadsThanAllowed_offersTheLimit() throws ProtocolFaultException {
        assertThat(replyTo(REQUEST_KEY + " 50 02 00 04 00 00 03 00")).isEqualTo(REPLY_KEY + " 50 02 00 04 00 80 00 00");
    }

    @Test
    void write_acceptOfReadsNotNegotiated_saysSoToo() throws ProtocolFaultException {
        assertThat(replyTo(REQUEST_KEY + " 50 02 00 04 3f ff 3f ff")).isEqualTo(REPLY_KEY + " 50 02 00 04 3f ff 00 00");
    }

    @Test
    void write_acceptOfRevisionOne_mirrorsItWithoutReads() throws ProtocolFaultException {
        assertThat(replyTo(REQUEST_KEY + " 00 01 00 03 61 62 63")).isEqualTo(REPLY_KEY + " 40 01 00 00");
    }

    @Test
    void write_acceptOfRevisionTwoNotEnhanced_mirrorsItWithoutReads() throws ProtocolFaultException {
        assertThat(replyTo(REQUEST_KEY + " 40 02 00 00")).isEqualTo(REPLY_KEY + " 40 02 00 00");
    }

    @Test
    void write_acceptOfPeerToPeer_asksForAWriteOrElseARead() throws ProtocolFaultException {
        assertThat(replyTo(REQUEST_KEY + " 50 02 00 04 80 01 c0 01")).isEqualTo(REPLY_KEY + " 50 02 00 04 80 01 80 00");
        assertThat(replyTo(REQUEST_KEY + " 50 02 00 04 80 01 40 01")).isEqualTo(REPLY_KEY + " 50 02 00 04 80 01 40 00");
    }

    @Test
    void accept_peerToPeerByNeither_isAFault() throws ProtocolFaultException {
        StartupFrame request = parse(StartupFrame.Kind.REQUEST, REQUEST_KEY + " 50 02 00 04 c0 01 00 01");

        assertThatThrownBy(() -> StartupFrame.accept(request, true, 128))
                .isInstanceOfSatisfying(
                        ProtocolFaultException.class,
                        e -> assertThat(e.code()).isEqualTo(TerminateCode.MPA_NO_MATCHING_RTR));
    }

    @Test
    void accept_markersWanted_isAFault() throws ProtocolFaultException {
        StartupFrame request = parse(StartupFrame.Kind.REQUEST, REQUEST_KEY + " 80 01 00 00");

        assertThatThrownBy(() -> StartupFrame.accept(request, true, 128))
                .isInstanceOfSatisfying(
                        ProtocolFaultException.class, e -> assertThat(e.code()).isEqualTo(TerminateCode.MPA_MARKER));
    }

    @Test
    void accept_crc_isUsedIfEitherSideAsks() throws ProtocolFaultException {
        StartupFrame wants = parse(StartupFrame.Kind.REQUEST, REQUEST_KEY + " 40 01 00 00");
        StartupFrame doesNot = parse(StartupFrame.Kind.REQUEST, REQUEST_KEY + " 00 01 00 00");

        assertThat(StartupFrame.accept(wants, false, 128).wantsCrc()).isTrue();
        assertThat(StartupFrame.accept(doesNot, true, 128).wantsCrc()).isTrue();
        assertThat(StartupFrame.accept(doesNot, false, 128).wantsCrc()).isFalse();
    }

    @Test
    void reject_withReason_carriesItAfterTheReads() throws ProtocolFaultException {
        StartupFrame request = parse(StartupFrame.Kind.REQUEST, REQUEST_KEY + " 50 02 00 04 00 00 00 10");
        StartupFrame reply = StartupFrame.reject(request, "why".getBytes(StandardCharsets.US_ASCII));

        assertThat(hex(reply)).isEqualTo(REPLY_KEY + " 30 02 00 07 00 00 00 00 77 68 79");
        StartupFrame parsed = parse(StartupFrame.Kind.REPLY, hex(reply));
        assertThat(parsed.isRejected()).isTrue();
        assertThat(parsed.privateData()).asString(StandardCharsets.US_ASCII).isEqualTo("why");
    }

    @Test
    void parse_anyPrefix_waitsForMore() throws ProtocolFaultException {
        byte[] whole = Bytes.of(REQUEST_KEY + " 50 02 00 06 00 01 00 10 61 62");
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer prefix = ByteBuffer.wrap(whole, 0, length);
            assertThat(StartupFrame.parse(StartupFrame.Kind.REQUEST, prefix))
                    .as("%d bytes", length)
                    .isNull();
            assertThat(prefix.position()).isZero();
        }

        StartupFrame frame = StartupFrame.parse(StartupFrame.Kind.REQUEST, ByteBuffer.wrap(whole));
        assertThat(frame.revision()).isEqualTo(2);
        assertThat(frame.inboundReads()).isEqualTo(1);
        assertThat(frame.outboundReads()).isEqualTo(16);
        assertThat(frame.privateData()).containsExactly('a', 'b');
    }

    @Test
    void parse_firstWrongByte_isAFaultAtOnce() {
        byte[] key = Bytes.of(REQUEST_KEY);
        for (int i = 0; i < key.length; i++) {
            byte[] wrong = key.clone();
            wrong[i] ^= 1;
            ByteBuffer received = ByteBuffer.wrap(wrong, 0, i + 1);
            assertThat(codeOf(StartupFrame.Kind.REQUEST, received)).isEqualTo(TerminateCode.MPA_STARTUP);
        }
    }

    @Test
    void parse_replyWhereRequestIsDue_isAFault() {
        ByteBuffer received = ByteBuffer.wrap(Bytes.of(REPLY_KEY + " 40 01 00 00"));

        assertThat(codeOf(StartupFrame.Kind.REQUEST, received)).isEqualTo(TerminateCode.MPA_STARTUP);
    }

    @Test
    void parse_badRevisionOrLength_isAFault() {
        for (String header : new String[] {
            "40 00 00 00", "40 03 00 00", "40 ff 00 00", "40 01 02 01", "40 01 ff ff", "50 02 00 03", "50 02 00 00"
        }) {
            ByteBuffer received = ByteBuffer.wrap(Bytes.of(REQUEST_KEY + " " + header));
            assertThat(codeOf(StartupFrame.Kind.REQUEST, received)).as(header).isEqualTo(TerminateCode.MPA_STARTUP);
        }
    }

    private static TerminateCode codeOf(StartupFrame.Kind kind, ByteBuffer received) {
        return catchThrowableOfType(ProtocolFaultException.class, () -> StartupFrame.parse(kind, received))
                .code();
    }

    private static StartupFrame parse(StartupFrame.Kind kind, String hex) throws ProtocolFaultException {
        return StartupFrame.parse(kind, ByteBuffer.wrap(Bytes.of(hex)));
    }

    private static String replyTo(String request) throws ProtocolFaultException {
        return hex(StartupFrame.accept(parse(StartupFrame.Kind.REQUEST, request), true, 128));
    }

    private static String hex(StartupFrame frame) {
        ByteBuffer bytes = ByteBuffer.allocate(StartupFrame.MAX_LENGTH_BYTES);
        frame.write(bytes);
        return Bytes.hex(bytes.flip());
    }
}
