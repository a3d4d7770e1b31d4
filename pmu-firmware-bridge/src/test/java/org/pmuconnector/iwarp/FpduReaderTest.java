package org.pmuconnector.iwarp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FpduReaderTest {

    private final FpduReader reader = new FpduReader(true);

    @Test
    void next_write_showsItsFields() throws ProtocolFaultException {
        Bytes.receive(reader, Bytes.of(FpduWriterTest.WRITE));

        DdpSegment segment = reader.next();

        assertThat(segment.isTagged()).isTrue();
        assertThat(segment.isLast()).isTrue();
        assertThat(segment.opcode()).isEqualTo(RdmapOpcode.WRITE);
        assertThat(segment.steeringTag()).isEqualTo(0x12345678);
        assertThat(segment.taggedOffset()).isEqualTo(0x100_0000_0040L);
        assertThat(Bytes.hex(segment.payload())).isEqualTo("68 65 6c 6c 6f");
        assertThat(reader.next()).isNull();
        assertThat(reader.isInFrame()).isFalse();
    }

    @Test
    void next_send_showsItsFields() throws ProtocolFaultException {
        Bytes.receive(reader, Bytes.of(FpduWriterTest.SEND));

        DdpSegment segment = reader.next();

        assertThat(segment.isTagged()).isFalse();
        assertThat(segment.opcode()).isEqualTo(RdmapOpcode.SEND);
        assertThat(segment.queueNumber()).isEqualTo(UntaggedQueue.SEND);
        assertThat(segment.messageSequenceNumber()).isEqualTo(7);
        assertThat(segment.messageOffset()).isZero();
        assertThat(Bytes.hex(segment.payload())).isEqualTo("61 62 63");
    }

    @Test
    void next_readRequest_isUnderstood() throws ProtocolFaultException {
        Bytes.receive(reader, Bytes.of(FpduWriterTest.READ_REQUEST));
        ReadRequest request = new ReadRequest();

        request.parse(reader.next());

        assertThat(request.sinkSteeringTag()).isEqualTo(0xA1B2C3D4);
        assertThat(request.sinkOffset()).isZero();
        assertThat(request.sizeBytes()).isEqualTo(8);
        assertThat(request.sourceSteeringTag()).isEqualTo(0x12345678);
        assertThat(request.sourceOffset()).isEqualTo(0x100_0000_0FF8L);
    }

    @Test
    void next_oneByteAtATime_comesWithTheLastByte() throws ProtocolFaultException {
        byte[] bytes = Bytes.of(FpduWriterTest.WRITE);
        for (int i = 0; i < bytes.length - 1; i++) {
            reader.space().put(bytes[i]);
            assertThat(reader.next()).isNull();
            assertThat(reader.isInFrame()).isTrue();
        }

        reader.space().put(bytes[bytes.length - 1]);

        assertThat(Bytes.hex(reader.next().payload())).isEqualTo("68 65 6c 6c 6f");
    }

    @Test
    void next_anyBitFlipped_isAFaultOrWaitsForMore() throws ProtocolFaultException {
        byte[] good = Bytes.of(FpduWriterTest.WRITE);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            FpduReader fresh = new FpduReader(true);
            Bytes.receive(fresh, bad);
            if (bit < 16) {
                // The length field: shorter frames fail their CRC, longer ones are not complete.
                assertThat(faultOrNull(fresh)).as("bit %d", bit).isIn(null, TerminateCode.MPA_CRC);
            } else {
                assertThat(faultOrNull(fresh)).as("bit %d", bit).isEqualTo(TerminateCode.MPA_CRC);
            }
        }
    }

    private static TerminateCode faultOrNull(FpduReader reader) {
        ProtocolFaultException fault = catchThrowableOfType(ProtocolFaultException.class, () -> {
            DdpSegment segment = reader.next();
            assertThat(segment).isNull();
        });
        return fault == null ? null : fault.code();
    }

    @Test
    void next_crcNotNegotiated_isNotChecked() throws ProtocolFaultException {
        FpduReader plain = new FpduReader(false);
        Bytes.receive(plain, Bytes.of(FpduWriterTest.WRITE.replace("9c 42 9b 42", "00 00 00 00")));

        assertThat(plain.next().payloadLengthBytes()).isEqualTo(5);
    }

    @Test
    void next_wrongVersions_haveTheirCodes() {
        assertThat(faultOf("c2 40" + " 00".repeat(12))).isEqualTo(TerminateCode.DDP_TAGGED_VERSION);
        assertThat(faultOf("40 43" + " 00".repeat(16))).isEqualTo(TerminateCode.DDP_UNTAGGED_VERSION);
        assertThat(faultOf("c1 80" + " 00".repeat(12))).isEqualTo(TerminateCode.RDMAP_VERSION);
    }

    @Test
    void next_shorterThanItsHeader_isAFault() {
        assertThat(faultOf("")).isEqualTo(TerminateCode.DDP_LOCAL_CATASTROPHIC);
        assertThat(faultOf("c1")).isEqualTo(TerminateCode.DDP_LOCAL_CATASTROPHIC);
        assertThat(faultOf("c1 40" + " 00".repeat(11))).isEqualTo(TerminateCode.DDP_LOCAL_CATASTROPHIC);
        assertThat(faultOf("41 43" + " 00".repeat(15))).isEqualTo(TerminateCode.DDP_LOCAL_CATASTROPHIC);
    }

    private static TerminateCode faultOf(String ulpdu) {
        byte[] bytes = ulpdu.isEmpty() ? new byte[0] : Bytes.of(ulpdu);
        ByteBuffer frame = ByteBuffer.allocate(Fpdu.totalLengthBytes(bytes.length));
        frame.putShort((short) bytes.length).put(bytes);
        FpduReader plain = new FpduReader(false);
        Bytes.receive(plain, frame.array());
        return catchThrowableOfType(ProtocolFaultException.class, plain::next).code();
    }

    @Test
    void next_framesOfAllSizesCutAnywhere_giveTheSameBytes() throws ProtocolFaultException {
        long seed = Long.getLong("seed", new Random().nextLong());
        Random random = new Random(seed);
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        FpduWriter writer = new FpduWriter(true);
        for (int i = 0; i < 200; i++) {
            byte[] payload = new byte[random.nextInt(i % 10 == 0 ? 60_000 : 600) + 1];
            random.nextBytes(payload);
            sent.writeBytes(payload);
            ByteBuffer source = ByteBuffer.wrap(payload);
            while (!writer.addWrite(i, 0, source)) {
                take(writer, wire);
            }
        }
        take(writer, wire);

        assertThat(reread(wire.toByteArray(), random)).as("-Dseed=%d", seed).isEqualTo(sent.toByteArray());
    }

    private static void take(FpduWriter writer, ByteArrayOutputStream wire) {
        byte[] bytes = new byte[writer.pending().remaining()];
        writer.pending().get(bytes);
        wire.writeBytes(bytes);
        writer.clear();
    }

    private byte[] reread(byte[] wire, Random random) throws ProtocolFaultException {
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        int at = 0;
        while (at < wire.length) {
            ByteBuffer space = reader.space();
            int length = Math.min(wire.length - at, 1 + random.nextInt(space.remaining()));
            space.put(wire, at, length);
            at += length;
            for (DdpSegment segment = reader.next(); segment != null; segment = reader.next()) {
                byte[] payload = new byte[segment.payloadLengthBytes()];
                segment.payload().get(payload);
                received.writeBytes(payload);
            }
        }
        return received.toByteArray();
    }

    @Test
    void next_longestFrame_isRead() throws ProtocolFaultException {
        ByteBuffer frame = ByteBuffer.allocate(Fpdu.MAX_LENGTH_BYTES);
        frame.putShort((short) Fpdu.MAX_ULPDU_LENGTH_BYTES).put(Bytes.of("c1 40"));
        FpduReader plain = new FpduReader(false);
        Bytes.receive(plain, Bytes.of(FpduWriterTest.WRITE));
        Bytes.receive(plain, frame.array());

        assertThat(plain.next().payloadLengthBytes()).isEqualTo(5);
        assertThat(plain.next().payloadLengthBytes()).isEqualTo(65_535 - 14);
    }
}
