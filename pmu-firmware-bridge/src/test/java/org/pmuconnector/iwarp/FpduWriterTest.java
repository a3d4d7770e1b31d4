package org.pmuconnector.iwarp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The bytes that are sent, against bytes that were computed by hand and a bitwise CRC32C. */
class FpduWriterTest {

    static final String WRITE = "00 13 c1 40 12 34 56 78 00 00 01 00 00 00 00 40 68 65 6c 6c 6f 00 00 00 9c 42 9b 42";
    static final String READ_REQUEST = "00 2e 41 41 00 00 00 00 00 00 00 01 00 00 00 01 00 00 00 00"
            + " a1 b2 c3 d4 00 00 00 00 00 00 00 00 00 00 00 08 12 34 56 78 00 00 01 00 00 00 0f f8 15 56 4c 43";
    static final String READ_RESPONSE =
            "00 16 c1 42 a1 b2 c3 d4 00 00 00 00 00 00 00 00 31 32 33 34 35 36 37 38 5b 05 f2 dd";
    static final String SEND = "00 15 41 43 00 00 00 00 00 00 00 00 00 00 00 07 00 00 00 00 61 62 63 00 16 68 3b 99";
    static final String TERMINATE_WRITE = "00 26 41 47 00 00 00 00 00 00 00 02 00 00 00 01 00 00 00 00"
            + " 11 00 c0 00 00 13 c1 40 12 34 56 78 00 00 01 00 00 00 00 40 80 02 47 b6";
    static final String TERMINATE_READ = "00 46 41 47 00 00 00 00 00 00 00 02 00 00 00 01 00 00 00 00"
            + " 01 02 e0 00 00 2e 41 41 00 00 00 00 00 00 00 01 00 00 00 01 00 00 00 00"
            + " a1 b2 c3 d4 00 00 00 00 00 00 00 00 00 00 00 08 12 34 56 78 00 00 01 00 00 00 0f f8 e0 32 91 28";
    static final String TERMINATE_CRC =
            "00 16 41 47 00 00 00 00 00 00 00 02 00 00 00 01 00 00 00 00 20 02 00 00 7f e4 25 85";

    private final FpduWriter writer = new FpduWriter(true);

    @Test
    void addWrite_shortSource_isOneTaggedSegment() {
        assertThat(writer.addWrite(0x12345678, 0x100_0000_0040L, ascii("hello")))
                .isTrue();

        assertThat(Bytes.hex(writer.pending())).isEqualTo(WRITE);
    }

    @Test
    void addWrite_withoutCrc_leavesTheFieldZero() {
        FpduWriter plain = new FpduWriter(false);

        plain.addWrite(0x12345678, 0x100_0000_0040L, ascii("hello"));

        assertThat(Bytes.hex(plain.pending())).isEqualTo(WRITE.replace("9c 42 9b 42", "00 00 00 00"));
    }

    @Test
    void addReadRequest_anyRange_isOneUntaggedSegmentOnQueueOne() {
        writer.addReadRequest(1, 0xA1B2C3D4, 0, 8, 0x12345678, 0x100_0000_0FF8L);

        assertThat(Bytes.hex(writer.pending())).isEqualTo(READ_REQUEST);
    }

    @Test
    void beginReadResponse_payloadPut_isOneTaggedSegment() {
        writer.beginReadResponse(true, 0xA1B2C3D4, 0, 8).put(ascii("12345678"));
        writer.endReadResponse();

        assertThat(Bytes.hex(writer.pending())).isEqualTo(READ_RESPONSE);
    }

    @Test
    void abandonReadResponse_afterAnotherSegment_leavesOnlyThat() {
        writer.addSend(7, ascii("abc"));
        writer.beginReadResponse(true, 0xA1B2C3D4, 0, 8);
        writer.abandonReadResponse();

        assertThat(Bytes.hex(writer.pending())).isEqualTo(SEND);
    }

    @Test
    void addSend_shortMessage_isOneUntaggedSegmentOnQueueZero() {
        writer.addSend(7, ascii("abc"));

        assertThat(Bytes.hex(writer.pending())).isEqualTo(SEND);
    }

    @Test
    void addTerminate_ofWrite_carriesLengthAndTaggedHeader() throws ProtocolFaultException {
        writer.addTerminate(TerminateCode.DDP_TAGGED_INVALID_STAG, segment(WRITE));

        assertThat(Bytes.hex(writer.pending())).isEqualTo(TERMINATE_WRITE);
    }

    @Test
    void addTerminate_ofReadRequest_carriesBothHeaders() throws ProtocolFaultException {
        writer.addTerminate(TerminateCode.RDMAP_ACCESS_RIGHTS, segment(READ_REQUEST));

        assertThat(Bytes.hex(writer.pending())).isEqualTo(TERMINATE_READ);
    }

    @Test
    void addTerminate_ofCrcError_carriesNoHeaders() throws ProtocolFaultException {
        writer.addTerminate(TerminateCode.MPA_CRC, segment(WRITE));

        assertThat(Bytes.hex(writer.pending())).isEqualTo(TERMINATE_CRC);
    }

    @Test
    void addWrite_longSource_isCutIntoSegmentsWithOneLast() throws ProtocolFaultException {
        ByteBuffer source = ByteBuffer.allocate(2 * FpduWriter.SEGMENT_PAYLOAD_LENGTH_BYTES + 3);
        assertThat(writer.addWrite(1, -5L, source)).isTrue();
        assertThat(source.hasRemaining()).isFalse();

        FpduReader reader = new FpduReader(true);
        byte[] bytes = new byte[writer.pending().remaining()];
        writer.pending().get(bytes);
        Bytes.receive(reader, bytes);
        assertSegment(reader.next(), false, -5L, FpduWriter.SEGMENT_PAYLOAD_LENGTH_BYTES);
        assertSegment(reader.next(), false, -5L + 16384, FpduWriter.SEGMENT_PAYLOAD_LENGTH_BYTES);
        assertSegment(reader.next(), true, -5L + 32768, 3);
        assertThat(reader.next()).isNull();
    }

    @Test
    void addWrite_moreThanFits_asksToSendFirstAndGoesOn() {
        ByteBuffer source = ByteBuffer.allocate(300_000);
        int sends = 0;
        long framed = 0;
        while (!writer.addWrite(1, 0, source)) {
            framed += writer.pending().remaining();
            writer.clear();
            sends++;
        }
        framed += writer.pending().remaining();

        assertThat(sends).isEqualTo(2);
        int frames = 300_000 / 16384 + 1;
        assertThat(framed).isBetween(300_000L + 20L * frames, 300_000L + 24L * frames);
    }

    private static void assertSegment(DdpSegment segment, boolean last, long offset, int lengthBytes) {
        assertThat(segment.isTagged()).isTrue();
        assertThat(segment.isLast()).isEqualTo(last);
        assertThat(segment.taggedOffset()).isEqualTo(offset);
        assertThat(segment.payloadLengthBytes()).isEqualTo(lengthBytes);
    }

    private static DdpSegment segment(String hex) throws ProtocolFaultException {
        FpduReader reader = new FpduReader(true);
        Bytes.receive(reader, Bytes.of(hex));
        return reader.next();
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
