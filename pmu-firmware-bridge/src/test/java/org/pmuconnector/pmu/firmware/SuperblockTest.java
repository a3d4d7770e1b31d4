package org.pmuconnector.pmu.firmware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.CrashMemory;

class SuperblockTest {

    /** The public key of RFC 8032 section 7.1, test 1. */
    private static final String KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    /** Computed apart from this code. */
    private static final String GOLDEN = "89504d554e49540a" // magic
            + "00000001" // format version
            + "00000050" // body length
            + "0000000000000004" // generation
            + "00000000"
            + "ef701039" // CRC32C
            + "000102030405060708090a0b0c0d0e0f" // unit id
            + "0000000010000000" // size: 256 MiB
            + "00000040" // 64 slots
            + "00000000"
            + "0000000000090000" // data offset
            + KEY
            + "0000000000000003"; // boot number

    private static final int HEADER_AND_BODY_BYTES = PageCopy.HEADER_BYTES + Superblock.BODY_BYTES;

    private static PublicKey key() throws GeneralSecurityException {
        return ManagerProof.publicKey(HexFormat.of().parseHex(KEY));
    }

    private static Superblock example() throws GeneralSecurityException {
        UUID id = new UUID(0x0001020304050607L, 0x08090a0b0c0d0e0fL);
        return Superblock.ofNew(id, 256 << 20, key()).nextBoot().nextBoot().nextBoot();
    }

    private static CrashMemory formatted() throws Exception {
        CrashMemory memory = new CrashMemory(new byte[1 << 20]);
        Superblock.format(memory, new UUID(1, 2), key());
        return memory;
    }

    private static Superblock find(CrashMemory memory) throws PmuException {
        return Superblock.find(Superblock.pages(memory), "unit x");
    }

    private static void assertRefused(CrashMemory memory, ErrorCode code) {
        byte[] before = memory.contents();
        assertThatThrownBy(() -> find(memory)).isInstanceOfSatisfying(PmuException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e).hasMessageContaining("unit x");
        });
        assertThat(memory.contents()).isEqualTo(before);
    }

    @Test
    void encode_anExample_isTheDocumentedLayout() throws GeneralSecurityException {
        ByteBuffer page =
                PageCopy.encode(PageCopy.SUPERBLOCK_MAGIC, 4, example().encode());
        assertThat(HexFormat.of().formatHex(PageCopyTest.bytes(page))).isEqualTo(GOLDEN);
    }

    @Test
    void find_goldenBytes_isWhatWasWritten() throws Exception {
        byte[] contents = new byte[2 * UnitLayout.PAGE_BYTES];
        byte[] golden = HexFormat.of().parseHex(GOLDEN);
        System.arraycopy(golden, 0, contents, UnitLayout.PAGE_BYTES, golden.length);
        assertThat(find(new CrashMemory(contents))).isEqualTo(example());
    }

    @Test
    void find_oneCopyFlippedAnywhere_isStillRight() throws Exception {
        Superblock right = find(formatted());
        for (int copy = 0; copy < 2; copy++) {
            for (int at = 0; at < HEADER_AND_BODY_BYTES; at++) {
                CrashMemory memory = formatted();
                memory.flip(copy * UnitLayout.PAGE_BYTES + at, 0xff);
                assertThat(find(memory)).as("copy %d, byte %d", copy, at).isEqualTo(right);
            }
        }
    }

    @Test
    void find_bothCopiesFlippedAnywhere_isDamaged() throws Exception {
        for (int at = 0; at < HEADER_AND_BODY_BYTES; at++) {
            CrashMemory memory = formatted();
            memory.flip(at, 1);
            memory.flip(UnitLayout.PAGE_BYTES + at, 1);
            assertRefused(memory, ErrorCode.UNIT_DAMAGED);
        }
    }

    @Test
    void find_nothing_isNotFormatted() {
        assertRefused(new CrashMemory(new byte[8192]), ErrorCode.UNIT_NOT_FORMATTED);
    }

    @Test
    void find_anotherKindOfFile_isNotFormatted() {
        byte[] text = "SQLite format 3, or whatever else begins with text. "
                .repeat(200)
                .getBytes(StandardCharsets.US_ASCII);
        assertRefused(new CrashMemory(text), ErrorCode.UNIT_NOT_FORMATTED);
    }

    @Test
    void find_laterVersion_isUnsupported() throws IOException {
        ByteBuffer page = ByteBuffer.allocate(8192);
        page.put(0, PageCopyTest.bytes(PageCopy.encode(PageCopy.SUPERBLOCK_MAGIC, 1, new byte[200])));
        page.putInt(8, 2);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(page.slice(0, 28));
        crc.update(page.slice(32, 200));
        page.putInt(28, (int) crc.getValue());
        assertRefused(new CrashMemory(PageCopyTest.bytes(page)), ErrorCode.UNIT_FORMAT_UNSUPPORTED);
    }

    /** A superblock with a right checksum and wrong contents: never believed. */
    @Test
    void find_contradictingItself_isDamaged() throws Exception {
        int[] fields = {16, 24, 32};
        for (int field : fields) {
            byte[] body = example().encode();
            body[field + 3] ^= 1;
            CrashMemory memory = new CrashMemory(new byte[8192]);
            Superblock.pages(memory).write(body);
            assertRefused(memory, ErrorCode.UNIT_DAMAGED);
        }
        CrashMemory shortened = new CrashMemory(new byte[8192]);
        Superblock.pages(shortened).write(new byte[79]);
        assertRefused(shortened, ErrorCode.UNIT_DAMAGED);
    }

    @Test
    void layout_ofSizes_isAsDocumented() {
        assertThat(UnitLayout.slotCount(1 << 20)).isEqualTo(16);
        assertThat(UnitLayout.slotCount(256 << 20)).isEqualTo(64);
        assertThat(UnitLayout.slotCount(64L << 30)).isEqualTo(16384);
        assertThat(UnitLayout.slotCount(1L << 40)).isEqualTo(16384);
        assertThat(UnitLayout.slotOffset(0)).isEqualTo(8192);
        assertThat(UnitLayout.slotOffset(1)).isEqualTo(16384);
        assertThat(UnitLayout.dataOffset(16)).isEqualTo(192 << 10);
        assertThat(UnitLayout.dataOffset(16384) % UnitLayout.ALLOCATION_BYTES).isZero();
    }
}
