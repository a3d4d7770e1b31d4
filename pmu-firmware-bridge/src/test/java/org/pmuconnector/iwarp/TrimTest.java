package org.pmuconnector.iwarp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** That an idle stream gives its large buffers up, and nothing else. */
class TrimTest {

    private static final int LENGTH_BYTES = 60_000;

    private final FpduWriter writer = new FpduWriter(true);
    private final FpduReader reader = new FpduReader(true);
    private final ByteBuffer received = ByteBuffer.allocate(LENGTH_BYTES);

    private static byte[] random(int seed) {
        byte[] bytes = new byte[LENGTH_BYTES];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private byte[] framed(byte[] payload) {
        assertThat(writer.addWrite(7, 0, ByteBuffer.wrap(payload))).isTrue();
        byte[] wire = new byte[writer.pending().remaining()];
        writer.pending().get(wire);
        return wire;
    }

    private void receive(byte[] wire, int from, int to) throws ProtocolFaultException {
        int at = from;
        while (at < to) {
            ByteBuffer space = reader.space();
            int length = Math.min(to - at, space.remaining());
            space.put(wire, at, length);
            at += length;
            for (DdpSegment segment = reader.next(); segment != null; segment = reader.next()) {
                received.put(segment.payload());
            }
        }
    }

    @Test
    void trim_betweenLongMessages_givesBuffersUpAndLosesNothing() throws ProtocolFaultException {
        for (int round = 0; round < 3; round++) {
            byte[] payload = random(round);
            byte[] wire = framed(payload);
            received.clear();
            receive(wire, 0, wire.length);

            assertThat(received.array()).isEqualTo(payload);
            assertThat(writer.isLarge()).isTrue();
            assertThat(reader.isLarge()).isTrue();
            writer.trim();
            assertThat(writer.isLarge()).as("with frames to be sent").isTrue();
            writer.clear();
            writer.trim();
            reader.trim();
            assertThat(writer.isLarge()).isFalse();
            assertThat(reader.isLarge()).isFalse();
        }
    }

    @Test
    void trim_inTheMiddleOfAFrame_keepsIt() throws ProtocolFaultException {
        byte[] payload = random(9);
        byte[] wire = framed(payload);
        receive(wire, 0, wire.length - 10);
        reader.trim();
        assertThat(reader.isInFrame()).isTrue();
        receive(wire, wire.length - 10, wire.length);

        assertThat(received.array()).isEqualTo(payload);
    }

    @Test
    void assemblerTrim_inTheMiddleOfAMessage_keepsIt() throws ProtocolFaultException {
        MessageAssembler assembler = new MessageAssembler(LENGTH_BYTES);
        byte[] payload = random(3);
        ByteBuffer message = ByteBuffer.wrap(payload);
        assertThat(writer.addSend(1, message)).isTrue();
        byte[] wire = new byte[writer.pending().remaining()];
        writer.pending().get(wire);
        ByteBuffer whole = null;
        int at = 0;
        while (at < wire.length) {
            ByteBuffer space = reader.space();
            int length = Math.min(wire.length - at, space.remaining());
            space.put(wire, at, length);
            at += length;
            for (DdpSegment segment = reader.next(); segment != null; segment = reader.next()) {
                whole = assembler.add(segment);
                if (whole == null) {
                    assembler.trim();
                }
            }
        }
        assertThat(whole).isEqualTo(ByteBuffer.wrap(payload));
        assembler.trim();
    }
}
