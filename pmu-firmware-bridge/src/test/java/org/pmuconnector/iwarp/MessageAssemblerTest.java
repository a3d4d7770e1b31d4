package org.pmuconnector.iwarp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MessageAssemblerTest {

    private final MessageAssembler assembler = new MessageAssembler(64);

    @Test
    void add_messageOfOneSegment_isReturnedAtOnce() throws ProtocolFaultException {
        assertThat(Bytes.hex(assembler.add(segment(true, 0, 1, 0, 3)))).isEqualTo("01 01 01");
    }

    @Test
    void add_messageOfSeveralSegments_isReturnedWhole() throws ProtocolFaultException {
        assertThat(assembler.add(segment(false, 0, 1, 0, 30))).isNull();
        assertThat(assembler.add(segment(false, 0, 1, 30, 30))).isNull();
        assertThat(assembler.add(segment(true, 0, 1, 60, 4)).remaining()).isEqualTo(64);
        assertThat(Bytes.hex(assembler.add(segment(true, 0, 2, 0, 1)))).isEqualTo("02");
    }

    @Test
    void add_emptyMessage_isReturnedEmpty() throws ProtocolFaultException {
        assertThat(assembler.add(segment(true, 0, 1, 0, 0)).remaining()).isZero();
    }

    @Test
    void add_longerThanTheLimit_isAFault() throws ProtocolFaultException {
        assertThat(fault(segment(true, 0, 1, 0, 65))).isEqualTo(TerminateCode.DDP_UNTAGGED_TOO_LONG);
    }

    @Test
    void add_growingBeyondTheLimit_isAFault() throws ProtocolFaultException {
        assembler.add(segment(false, 0, 1, 0, 60));

        assertThat(fault(segment(true, 0, 1, 60, 5))).isEqualTo(TerminateCode.DDP_UNTAGGED_TOO_LONG);
    }

    @Test
    void add_wrongNumbers_areFaults() throws ProtocolFaultException {
        assertThat(fault(segment(true, 1, 1, 0, 1))).isEqualTo(TerminateCode.DDP_UNTAGGED_QUEUE);
        assertThat(fault(segment(true, 0, 2, 0, 1))).isEqualTo(TerminateCode.DDP_UNTAGGED_SEQUENCE);
        assertThat(fault(segment(true, 0, 0, 0, 1))).isEqualTo(TerminateCode.DDP_UNTAGGED_SEQUENCE);
        assertThat(fault(segment(true, 0, 1, 1, 1))).isEqualTo(TerminateCode.DDP_UNTAGGED_OFFSET);
        assembler.add(segment(false, 0, 1, 0, 10));
        assertThat(fault(segment(true, 0, 1, 9, 1))).isEqualTo(TerminateCode.DDP_UNTAGGED_OFFSET);
        assertThat(fault(segment(true, 0, 1, 11, 1))).isEqualTo(TerminateCode.DDP_UNTAGGED_OFFSET);
    }

    private TerminateCode fault(DdpSegment segment) {
        return catchThrowableOfType(ProtocolFaultException.class, () -> assembler.add(segment))
                .code();
    }

    /** A Send segment whose payload repeats the message's number. */
    private static DdpSegment segment(boolean last, int queue, int message, int offset, int payloadLengthBytes)
            throws ProtocolFaultException {
        byte[] payload = new byte[payloadLengthBytes];
        Arrays.fill(payload, (byte) message);
        ByteBuffer bytes = ByteBuffer.allocate(18 + payloadLengthBytes);
        bytes.put((byte) DdpSegment.ddpControl(false, last)).put((byte) DdpSegment.rdmapControl(RdmapOpcode.SEND));
        bytes.putInt(0).putInt(queue).putInt(message).putInt(offset).put(payload);
        DdpSegment segment = new DdpSegment();
        segment.parse(bytes, 0, bytes.capacity());
        return segment;
    }
}
