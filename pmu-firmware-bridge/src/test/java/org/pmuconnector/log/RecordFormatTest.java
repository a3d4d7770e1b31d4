package org.pmuconnector.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.pmuconnector.log.SimulatedLog.branch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pmuconnector.model.EpochStart;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** The durable form of records: bytes that may never change, and what damage to them does. */
class RecordFormatTest {

    private static final LogGeometry GEOMETRY = new LogGeometry(16 << 10, 16 << 10);
    private static final EpochStart EPOCH = new EpochStart(0x0102, 0, 0x1122334455667788L);
    private static final long BATCH_AT = 0x10000;
    private static final long AT = BATCH_AT + 2 * 64;
    private static final InstantSource TIME = InstantSource.fixed(Instant.ofEpochMilli(0x018BCFE56800L));
    private static final GroupBuilder GROUPS = new GroupBuilder(EPOCH.epoch(), TIME);

    /** One group of each kind, at the same place. */
    private static LogGroup group(RecordKind kind) {
        byte[] payload = "state".getBytes(StandardCharsets.UTF_8);
        PreparedGroup prepared = new PreparedGroup(branch(5), 0xABC0, 192, 1, List.of());
        return switch (kind) {
            case SET -> GROUPS.committed(AT, 0x21, List.of(PendingSet.update(payload, 3)));
            case BASE -> GROUPS.committed(AT, 0x21, List.of(PendingSet.baseOfAll(payload, 3, 0x20)));
            case PREPARED -> GROUPS.prepared(AT, 0x20, branch(5), List.of(PendingSet.base(payload, 3, 0x1F)));
            case OUTCOME -> GROUPS.outcome(kind, AT, 0x21, 1, prepared.position(), prepared.branch());
            case HEURISTIC -> GROUPS.outcome(kind, AT, 0x20, 0, prepared.position(), prepared.branch());
            case VOID, FILLER -> GROUPS.skip(kind, AT, 0x20, 0x400);
            case SEAL -> GROUPS.seal(AT, 0x20, "alpha".getBytes(StandardCharsets.UTF_8));
        };
    }

    private static String golden(RecordKind kind) {
        String rows =
                switch (kind) {
                    case SET -> """
                    504d435201010002 0000000000000102
                    0000000000010080 0000000000000021
                    0000018bcfe56800 0000000300000005
                    000000803c58d615 0000000000000000
                    7374617465000000 0000000000000000
                    0000000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    """;
                    case BASE -> """
                    504d435201020002 0000000000000102
                    0000000000010080 0000000000000021
                    0000018bcfe56800 0000000300000005
                    000000803fd8c66d 8000000000000020
                    7374617465000000 0000000000000000
                    0000000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    """;
                    case PREPARED -> """
                    504d435201030002 0000000000000102
                    0000000000010080 0000000000000020
                    0000018bcfe56800 0000000000000011
                    00000100b054c8f3 0000000000000000
                    0000000703010005 01050002616c7068
                    6100000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    504d435201020004 0000000000000102
                    0000000000010100 0000000000000000
                    0000018bcfe56800 0000000300000005
                    0000010090e2b6d3 000000000000001f
                    7374617465000000 0000000000000000
                    0000000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    """;
                    case OUTCOME -> """
                    504d435201040002 0000000000000102
                    0000000000010080 0000000000000021
                    0000018bcfe56800 0000000100000011
                    000000806167d723 000000000000abc0
                    0000000703010005 01050002616c7068
                    6100000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    """;
                    case HEURISTIC -> """
                    504d435201050002 0000000000000102
                    0000000000010080 0000000000000020
                    0000018bcfe56800 0000000000000011
                    0000008066508f8a 000000000000abc0
                    0000000703010005 01050002616c7068
                    6100000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    """;
                    case VOID -> """
                    504d435201060002 0000000000000102
                    0000000000010080 0000000000000020
                    0000018bcfe56800 0000000000000000
                    00000040c10add5e 0000000000000400
                    """;
                    case FILLER -> """
                    504d435201070002 0000000000000102
                    0000000000010080 0000000000000020
                    0000018bcfe56800 0000000000000000
                    000000401bf95e82 0000000000000400
                    """;
                    case SEAL -> """
                    504d435201080002 0000000000000102
                    0000000000010080 0000000000000020
                    0000018bcfe56800 0000000000000005
                    000000806ec234d6 0000000000000000
                    616c706861000000 0000000000000000
                    0000000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    0000000000000000 0000000000000000
                    """;
                };
        return rows.replaceAll("\\s", "");
    }

    /** A region that holds one group, written as part of a batch that began before it. */
    private static SimulatedRegion regionWith(LogGroup group) throws PmuException {
        SimulatedRegion region = SimulatedRegion.persistent(GEOMETRY.capacityBytes());
        BatchBuffer batch = new BatchBuffer(GEOMETRY, EPOCH.salt());
        batch.begin(BATCH_AT);
        batch.put(group);
        batch.write(region.connect());
        return region;
    }

    private static LogReader reader(SimulatedRegion region) {
        return new LogReader(region.connect(), GEOMETRY, List.of(EPOCH), AT);
    }

    private static int storedBytes(LogGroup group) {
        return group.first().kind().isSkip() ? RecordFormat.HEADER_BYTES : (int) group.lengthBytes();
    }

    private static byte[] stored(SimulatedRegion region, LogGroup group) {
        byte[] bytes = new byte[storedBytes(group)];
        System.arraycopy(region.content(), (int) GEOMETRY.offset(AT), bytes, 0, bytes.length);
        return bytes;
    }

    @ParameterizedTest
    @EnumSource
    void write_eachKind_isTheGoldenBytes(RecordKind kind) throws PmuException {
        LogGroup group = group(kind);

        byte[] stored = stored(regionWith(group), group);

        assertThat(HexFormat.of().formatHex(stored)).isEqualTo(golden(kind));
    }

    @ParameterizedTest
    @EnumSource
    void next_goldenBytes_isTheRecord(RecordKind kind) throws PmuException {
        SimulatedRegion region = SimulatedRegion.persistent(GEOMETRY.capacityBytes());
        byte[] content = region.content();
        byte[] golden = HexFormat.of().parseHex(golden(kind));
        System.arraycopy(golden, 0, content, (int) GEOMETRY.offset(AT), golden.length);
        region.restore(content);

        LogGroup read = reader(region).next();

        assertThat(read).usingRecursiveComparison().isEqualTo(group(kind));
    }

    @ParameterizedTest
    @EnumSource
    void checksum_eachKind_isCrc32cOverSaltHeaderAndPayload(RecordKind kind) throws PmuException {
        LogGroup group = group(kind);
        ByteBuffer stored = ByteBuffer.wrap(stored(regionWith(group), group));
        int payloadBytes = stored.getInt(44);

        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(8).putLong(0, EPOCH.salt()));
        crc.update(stored.duplicate().limit(52));
        crc.update(stored.duplicate().limit(64 + payloadBytes).position(56));

        assertThat(stored.getInt(52)).isEqualTo((int) crc.getValue());
    }

    @ParameterizedTest
    @EnumSource
    void next_anyBitFlipped_isNoRecord(RecordKind kind) throws PmuException {
        LogGroup group = group(kind);
        SimulatedRegion region = regionWith(group);
        LogGroup intact = reader(region).next();
        assertThat(intact).usingRecursiveComparison().isEqualTo(group);
        int meaningful = meaningfulBytes(group);

        for (int at = 0; at < meaningful; at++) {
            for (int bit = 0; bit < 8; bit++) {
                long offset = GEOMETRY.offset(AT) + place(group, at);
                region.flip(offset, 1 << bit);
                assertThat(reader(region).next()).as("byte %d, bit %d", at, bit).isNull();
                region.flip(offset, 1 << bit);
            }
        }
        assertThat(reader(region).next()).isNotNull();
    }

    /** The bytes of a group without padding. */
    private static int meaningfulBytes(LogGroup group) {
        return group.records().stream()
                .mapToInt(record -> RecordFormat.HEADER_BYTES + record.payload().length)
                .sum();
    }

    /** Where in a group a byte is, counted without padding. */
    private static long place(LogGroup group, int index) {
        int left = index;
        for (LogRecord record : group.records()) {
            int bytes = RecordFormat.HEADER_BYTES + record.payload().length;
            if (left < bytes) {
                return record.position() - group.position() + left;
            }
            left -= bytes;
        }
        throw new AssertionError("no byte " + index);
    }

    @ParameterizedTest
    @EnumSource
    void next_anyBytesOverwritten_isNoRecordAndNoSurprise(RecordKind kind) throws PmuException {
        LogGroup group = group(kind);
        int[] values = {0, -1, 0x7FFFFFFF, 0x80000000, 64, 1 << 30};
        for (int at = 0; at < RecordFormat.HEADER_BYTES; at += 4) {
            for (int value : values) {
                SimulatedRegion region = regionWith(group);
                byte[] content = region.content();
                ByteBuffer bytes = ByteBuffer.wrap(content);
                int offset = (int) GEOMETRY.offset(AT) + at;
                boolean same = bytes.getInt(offset) == value;
                bytes.putInt(offset, value);
                region.restore(content);
                assertThat(reader(region).next() == null)
                        .as("%x at %d", value, at)
                        .isNotEqualTo(same);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void next_otherSaltPositionOrEpoch_isNoRecord(RecordKind kind) throws PmuException {
        SimulatedRegion region = regionWith(group(kind));
        EpochStart otherSalt = new EpochStart(EPOCH.epoch(), 0, EPOCH.salt() ^ 1);
        EpochStart otherEpoch = new EpochStart(EPOCH.epoch() + 1, 0, EPOCH.salt());
        long aLapLater = AT + GEOMETRY.capacityBytes();

        assertThat(new LogReader(region.connect(), GEOMETRY, List.of(otherSalt), AT).next())
                .isNull();
        assertThat(new LogReader(region.connect(), GEOMETRY, List.of(otherEpoch), AT).next())
                .isNull();
        assertThat(new LogReader(region.connect(), GEOMETRY, List.of(EPOCH), aLapLater).next())
                .isNull();
        assertThat(new LogReader(region.connect(), GEOMETRY, List.of(EPOCH), AT - GEOMETRY.capacityBytes()).next())
                .isNull();
    }

    @Test
    void next_groupReachesIntoTheNextEpoch_isNoGroup() throws PmuException {
        LogGroup group = group(RecordKind.SET);
        SimulatedRegion region = regionWith(group);
        EpochStart later = new EpochStart(EPOCH.epoch() + 1, group.endPosition() - 64, 9);

        assertThat(new LogReader(region.connect(), GEOMETRY, List.of(EPOCH, later), AT).next())
                .isNull();
    }

    @Test
    void next_intactRecordOfALaterVersionOrKind_isATypedError() throws PmuException {
        for (int at : new int[] {RecordFormat.VERSION_AT, RecordFormat.KIND_AT}) {
            SimulatedRegion region = regionWith(group(RecordKind.SET));
            byte[] content = region.content();
            ByteBuffer bytes = ByteBuffer.wrap(content);
            int offset = (int) GEOMETRY.offset(AT);
            bytes.put(offset + at, (byte) 77);
            new RecordFormat().seal(bytes, offset, EPOCH.salt());
            region.restore(content);

            assertThatThrownBy(() -> reader(region).next())
                    .isInstanceOfSatisfying(
                            PmuException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNIT_FORMAT_UNSUPPORTED))
                    .hasMessageContaining("77")
                    .hasMessageContaining("another release");
        }
    }

    @Test
    void padding_bufferUsedBefore_isZero() throws PmuException {
        SimulatedRegion region = SimulatedRegion.persistent(GEOMETRY.capacityBytes());
        BatchBuffer batch = new BatchBuffer(GEOMETRY, EPOCH.salt());
        byte[] noise = new byte[512];
        Arrays.fill(noise, (byte) 0x5A);
        batch.begin(AT);
        batch.put(GROUPS.committed(AT, 1, List.of(PendingSet.update(noise, 1))));
        batch.begin(AT);
        batch.put(group(RecordKind.SET));
        batch.write(region.connect());

        byte[] stored = stored(region, group(RecordKind.SET));

        assertThat(stored).hasSize(128);
        for (int at = 64 + 5; at < stored.length; at++) {
            assertThat(stored[at]).isZero();
        }
    }

    @Test
    void batchPosition_fartherThanTheFieldReaches_isUnknown() {
        ByteBuffer bytes = ByteBuffer.allocate(64);
        long reach = 65534L * 64;
        LogRecord near = GROUPS.seal(BATCH_AT + reach, 0, new byte[0]).first();
        RecordFormat.putHeader(bytes, 0, near, 64, BATCH_AT);
        assertThat(RecordFormat.batchPosition(bytes, 0)).isEqualTo(BATCH_AT);

        LogRecord far = GROUPS.seal(BATCH_AT + reach + 64, 0, new byte[0]).first();
        RecordFormat.putHeader(bytes, 0, far, 64, BATCH_AT);
        assertThat(RecordFormat.batchPosition(bytes, 0)).isEqualTo(-1);
    }

    @Test
    void ofCode_everyByte_isTheKindWithThatCodeOrNone() {
        for (int code = -128; code < 128; code++) {
            RecordKind kind = RecordKind.ofCode(code);
            boolean known = code >= 1 && code <= 8;
            assertThat(kind != null).as("code %d", code).isEqualTo(known);
            if (known) {
                assertThat(kind.code()).isEqualTo(code);
            }
        }
    }
}
