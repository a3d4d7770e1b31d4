package org.pmuconnector.pmu.firmware;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class PageCopyTest {

    /** Computed apart from this code; the CRC is that of RFC 3720, appendix B.4. */
    private static final String GOLDEN = "89504d554341540a" // magic
            + "00000001" // format version
            + "00000005" // body length
            + "0000000000000007" // generation
            + "00000000"
            + "40a96991" // CRC32C
            + "68656c6c6f";

    private static ByteBuffer page(byte[] start) {
        ByteBuffer page = ByteBuffer.allocate(UnitLayout.PAGE_BYTES);
        page.put(0, start);
        return page;
    }

    static byte[] bytes(ByteBuffer page) {
        byte[] bytes = new byte[page.capacity()];
        page.get(0, bytes);
        return bytes;
    }

    @Test
    void encode_aBody_isTheDocumentedLayout() {
        ByteBuffer page = PageCopy.encode(PageCopy.CATALOG_MAGIC, 7, "hello".getBytes(US_ASCII));
        assertThat(HexFormat.of().formatHex(bytes(page))).isEqualTo(GOLDEN);
    }

    @Test
    void decode_goldenBytes_isWhatWasWritten() {
        PageCopy copy = PageCopy.decode(page(HexFormat.of().parseHex(GOLDEN)), PageCopy.CATALOG_MAGIC);
        assertThat(copy.state()).isEqualTo(PageCopy.State.VALID);
        assertThat(copy.version()).isEqualTo(1);
        assertThat(copy.generation()).isEqualTo(7);
        assertThat(copy.body()).asString(US_ASCII).isEqualTo("hello");
    }

    @Test
    void decode_anyBitFlipped_isDamaged() {
        byte[] golden = HexFormat.of().parseHex(GOLDEN);
        for (int bit = 0; bit < golden.length * 8; bit++) {
            byte[] flipped = golden.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            PageCopy copy = PageCopy.decode(page(flipped), PageCopy.CATALOG_MAGIC);
            assertThat(copy.state()).as("bit %d", bit).isEqualTo(PageCopy.State.DAMAGED);
        }
    }

    @Test
    void decode_cutShort_isNeverValid() {
        byte[] golden = HexFormat.of().parseHex(GOLDEN);
        for (int length = 0; length < golden.length; length++) {
            PageCopy copy = PageCopy.decode(page(java.util.Arrays.copyOf(golden, length)), PageCopy.CATALOG_MAGIC);
            assertThat(copy.state()).as("%d bytes", length).isNotEqualTo(PageCopy.State.VALID);
        }
    }

    @Test
    void decode_magicDamagedWhereNothingWasWritten_isBlemished() {
        assertThat(PageCopy.decode(page(new byte[] {0, 1}), PageCopy.CATALOG_MAGIC)
                        .state())
                .isEqualTo(PageCopy.State.BLEMISHED);
    }

    @Test
    void decode_magicAndMoreDamaged_isForeign() {
        byte[] damaged = HexFormat.of().parseHex(GOLDEN);
        damaged[0] ^= 1;
        damaged[PageCopy.HEADER_BYTES] ^= 1;
        assertThat(PageCopy.decode(page(damaged), PageCopy.CATALOG_MAGIC).state())
                .isEqualTo(PageCopy.State.FOREIGN);
    }

    @Test
    void decode_zeros_isEmpty() {
        assertThat(PageCopy.decode(page(new byte[0]), PageCopy.CATALOG_MAGIC).state())
                .isEqualTo(PageCopy.State.EMPTY);
    }

    @Test
    void decode_anotherKindOfPage_isForeign() {
        assertThat(PageCopy.decode(page(HexFormat.of().parseHex(GOLDEN)), PageCopy.SUPERBLOCK_MAGIC)
                        .state())
                .isEqualTo(PageCopy.State.FOREIGN);
    }

    @Test
    void encode_longestBody_fillsThePage() {
        byte[] body = new byte[PageCopy.MAX_BODY_BYTES];
        java.util.Arrays.fill(body, (byte) 0x5a);
        ByteBuffer page = PageCopy.encode(PageCopy.CATALOG_MAGIC, 1, body);
        assertThat(page.capacity()).isEqualTo(UnitLayout.PAGE_BYTES);
        assertThat(PageCopy.decode(page, PageCopy.CATALOG_MAGIC).body()).isEqualTo(body);
        assertThatThrownBy(() -> PageCopy.encode(PageCopy.CATALOG_MAGIC, 1, new byte[body.length + 1]))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
