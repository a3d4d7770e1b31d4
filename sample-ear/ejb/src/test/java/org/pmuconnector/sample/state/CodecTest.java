package org.pmuconnector.sample.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.book.MessageType;
import org.pmuconnector.sample.generator.OrderFlow;

class CodecTest {

    private static final Message FIRST =
            new Message(34_200_000_000_001L, MessageType.SUBMISSION, 1_000, 18, 5_853_300, 1);
    private static final Message SECOND = new Message(34_200_000_000_000L, MessageType.TRADING_HALT, -1, 0, -1, 0);

    @Test
    void batch_encodedAndDecoded_isEqual() throws MalformedPayloadException {
        Batch batch = new Batch("feeder-1", 77, "AAPL", List.of(FIRST, SECOND));
        assertThat(BatchCodec.decode(BatchCodec.encode(batch), 1)).isEqualTo(batch);
    }

    /** Written out by hand from the format: a change of it needs a new version. */
    @Test
    void batch_versionOne_hasTheseBytes() {
        Batch batch = new Batch("c", 2, "B", List.of(FIRST, SECOND));
        assertThat(HexFormat.of().formatHex(BatchCodec.encode(batch)))
                .isEqualTo("0163" + "02" + "0142" + "02" + "05" + "82c0cfedd9c60f" + "d00f" + "12" + "e8c1ca05" + "16"
                        + "01" + "d10f" + "00" + "e9c1ca05");
    }

    @Test
    void batch_generatedFlow_takesFewBytes() {
        byte[] encoded = BatchCodec.encode(new Batch("feeder-1", 77, "AAPL", new OrderFlow(3).take(1_000)));
        assertThat(encoded.length).isLessThan(14 * 1_000);
    }

    @Test
    void state_encodedAndDecoded_hasTheSameDigestAndGoesOnTheSame() throws MalformedPayloadException {
        DeskState state = populated();
        DeskState decoded = StateCodec.decode(StateCodec.encode(state), 1);
        assertThat(Digest.of(decoded)).isEqualTo(Digest.of(state));

        Batch next = new Batch("feeder-1", 1_000, "AAPL", new OrderFlow(99).take(200));
        state.apply(next);
        decoded.apply(next);
        assertThat(Digest.of(decoded)).isEqualTo(Digest.of(state));
        assertThat(decoded.progress("feeder-1")).isEqualTo(state.progress("feeder-1"));
    }

    @Test
    void decode_newerVersion_saysSo() {
        assertThatThrownBy(() -> BatchCodec.decode(new byte[0], 2))
                .isInstanceOf(MalformedPayloadException.class)
                .hasMessageContaining("payload version 2, this release reads 1 to 1");
        assertThatThrownBy(() -> StateCodec.decode(new byte[0], 0)).isInstanceOf(MalformedPayloadException.class);
    }

    @Test
    void decode_cutOffAnywhere_isRefused() {
        byte[] state = StateCodec.encode(populated());
        byte[] batch = BatchCodec.encode(new Batch("feeder-1", 77, "AAPL", List.of(FIRST, SECOND)));
        for (int length = 0; length < batch.length; length++) {
            byte[] cut = Arrays.copyOf(batch, length);
            assertThatThrownBy(() -> BatchCodec.decode(cut, 1)).isInstanceOf(MalformedPayloadException.class);
        }
        for (int length = 0; length < state.length; length += 7) {
            byte[] cut = Arrays.copyOf(state, length);
            assertThatThrownBy(() -> StateCodec.decode(cut, 1)).isInstanceOf(MalformedPayloadException.class);
        }
    }

    @Test
    void decode_bytesLeftOver_isRefused() {
        byte[] batch = BatchCodec.encode(Batch.anonymous("AAPL", List.of(FIRST)));
        assertThatThrownBy(() -> BatchCodec.decode(Arrays.copyOf(batch, batch.length + 1), 1))
                .hasMessageContaining("1 bytes are left over");
    }

    @Test
    void decode_randomDamage_givesAValueOrTheTypedError() {
        long seed = System.nanoTime();
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        byte[] batch = BatchCodec.encode(new Batch("feeder-1", 77, "AAPL", new OrderFlow(3).take(40)));
        byte[] state = StateCodec.encode(populated());
        for (int round = 0; round < 5_000; round++) {
            byte[] damagedBatch = damaged(batch, random);
            byte[] damagedState = damaged(state, random);
            assertThatCode(() -> {
                        decodeLeniently(() -> BatchCodec.decode(damagedBatch, 1));
                        decodeLeniently(() -> StateCodec.decode(damagedState, 1));
                    })
                    .as("seed " + seed + ", round " + round)
                    .doesNotThrowAnyException();
        }
    }

    private interface Decoding {
        Object run() throws MalformedPayloadException;
    }

    private static void decodeLeniently(Decoding decoding) {
        try {
            assertThat(decoding.run()).isNotNull();
        } catch (MalformedPayloadException refused) {
            assertThat(refused).hasMessageContaining("offset");
        }
    }

    private static byte[] damaged(byte[] original, RandomGenerator random) {
        byte[] damaged = original.clone();
        for (int count = random.nextInt(1, 4); count > 0; count--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        }
        return damaged;
    }

    private static DeskState populated() {
        DeskState state = new DeskState();
        OrderFlow apple = new OrderFlow(1);
        OrderFlow intel = new OrderFlow(2);
        for (int batchId = 1; batchId <= 20; batchId++) {
            state.apply(new Batch("feeder-1", batchId, "AAPL", apple.take(50)));
            state.apply(new Batch("feeder-2", batchId * 3L, "INTC", intel.take(30)));
        }
        state.apply(Batch.anonymous("MSFT", List.of(FIRST, SECOND)));
        return state;
    }
}
