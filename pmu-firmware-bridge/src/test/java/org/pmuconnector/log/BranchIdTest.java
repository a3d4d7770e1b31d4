package org.pmuconnector.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BranchIdTest {

    private static final byte[] LONGEST = new byte[BranchId.MAX_PART_BYTES];

    @Test
    void encode_anId_isTheGoldenBytes() {
        BranchId branch = new BranchId(0x01020304, new byte[] {5, 6}, new byte[] {7}, "é");

        assertThat(HexFormat.of().formatHex(branch.encode()))
                .isEqualTo("01020304" + "02" + "01" + "0002" + "0506" + "07" + "c3a9");
        assertThat(branch.encodedBytes()).isEqualTo(13);
    }

    @Test
    void decode_encoded_isEqual() {
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            byte[] global = new byte[random.nextInt(BranchId.MAX_PART_BYTES + 1)];
            byte[] qualifier = new byte[random.nextInt(BranchId.MAX_PART_BYTES + 1)];
            random.nextBytes(global);
            random.nextBytes(qualifier);
            BranchId branch = new BranchId(random.nextInt(), global, qualifier, "n".repeat(random.nextInt(129)));

            BranchId decoded = BranchId.decode(ByteBuffer.wrap(branch.encode()));

            assertThat(decoded).isEqualTo(branch).hasSameHashCodeAs(branch).hasToString(branch.toString());
        }
    }

    @Test
    void decode_anythingElse_isNullAndNoException() {
        byte[] encoded = new BranchId(1, LONGEST, LONGEST, "alpha").encode();
        for (int length = 0; length < encoded.length; length++) {
            assertThat(BranchId.decode(ByteBuffer.wrap(encoded, 0, length))).isNull();
        }
        assertThat(BranchId.decode(ByteBuffer.wrap(Arrays.copyOf(encoded, encoded.length + 1))))
                .isNull();
        Random random = new Random(2);
        for (int i = 0; i < 10_000; i++) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            BranchId decoded = BranchId.decode(ByteBuffer.wrap(noise));
            assertThat(decoded == null || Arrays.equals(decoded.encode(), noise))
                    .isTrue();
        }
    }

    @Test
    void decode_nameIsNotUtf8_isNull() {
        byte[] encoded = new BranchId(1, new byte[1], new byte[1], "ab").encode();
        encoded[encoded.length - 1] = (byte) 0xFF;

        assertThat(BranchId.decode(ByteBuffer.wrap(encoded))).isNull();
    }

    @Test
    void new_tooLongOrNotExpressible_isRefused() {
        byte[] tooLong = new byte[BranchId.MAX_PART_BYTES + 1];
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchId(1, tooLong, LONGEST, "a"));
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchId(1, LONGEST, tooLong, "a"));
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchId(1, LONGEST, LONGEST, "a".repeat(129)));
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchId(1, LONGEST, LONGEST, "\uD800"));
    }

    @Test
    void new_arraysChangedLater_staysAsItWas() {
        byte[] global = {1};
        BranchId branch = new BranchId(1, global, new byte[] {2}, "a");
        global[0] = 9;
        branch.globalTransactionId()[0] = 9;
        branch.branchQualifier()[0] = 9;

        assertThat(branch).isEqualTo(new BranchId(1, new byte[] {1}, new byte[] {2}, "a"));
        assertThat(branch).isNotEqualTo(new BranchId(1, new byte[] {1}, new byte[] {2}, "b"));
        assertThat(branch.formatId()).isEqualTo(1);
    }
}
