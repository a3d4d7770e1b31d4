package org.pmuconnector.iwarp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TerminateTest {

    @Test
    void parse_ofWrite_namesReasonKeyAndAddress() throws ProtocolFaultException {
        Terminate terminate = parse(FpduWriterTest.TERMINATE_WRITE);

        assertThat(terminate.isProtectionFault()).isTrue();
        assertThat(terminate.text())
                .isEqualTo("DDP invalid steering tag (layer 1, type 1, code 0), "
                        + "write under key 0x12345678 at address 0x10000000040");
    }

    @Test
    void parse_ofReadRequest_namesTheSource() throws ProtocolFaultException {
        Terminate terminate = parse(FpduWriterTest.TERMINATE_READ);

        assertThat(terminate.isProtectionFault()).isTrue();
        assertThat(terminate.text())
                .isEqualTo("RDMAP access rights violation (layer 0, type 1, code 2), "
                        + "read under key 0x12345678 at address 0x10000000ff8");
    }

    @Test
    void parse_ofCrcError_namesTheReasonOnly() throws ProtocolFaultException {
        Terminate terminate = parse(FpduWriterTest.TERMINATE_CRC);

        assertThat(terminate.isProtectionFault()).isFalse();
        assertThat(terminate.text()).isEqualTo("MPA CRC error (layer 2, type 0, code 2)");
    }

    @Test
    void parse_anyPrefix_givesWhatIsThere() {
        byte[] whole = Bytes.of(FpduWriterTest.TERMINATE_READ);
        for (int length = 0; length <= whole.length - 20; length++) {
            assertThat(Terminate.parse(ByteBuffer.wrap(whole, 20, length)).text())
                    .isNotEmpty();
        }
    }

    @Test
    void parse_unknownNumbers_areShown() {
        Terminate terminate = Terminate.parse(ByteBuffer.wrap(Bytes.of("f3 2a 00 00")));

        assertThat(terminate.isProtectionFault()).isFalse();
        assertThat(terminate.text()).contains("layer 15, type 3, code 42");
    }

    @Test
    void of_everyCode_isFoundByItsNumbers() {
        Set<String> texts = new HashSet<>();
        for (TerminateCode code : TerminateCode.values()) {
            assertThat(TerminateCode.of(code.layer(), code.errorType(), code.errorCode()))
                    .isEqualTo(code);
            assertThat(texts.add(code.text())).as(code.text()).isTrue();
        }
    }

    private static Terminate parse(String fpdu) throws ProtocolFaultException {
        FpduReader reader = new FpduReader(true);
        Bytes.receive(reader, Bytes.of(fpdu));
        return Terminate.parse(reader.next().payload());
    }
}
