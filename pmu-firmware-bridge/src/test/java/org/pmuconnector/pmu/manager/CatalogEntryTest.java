package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.manager.catalog.CatalogEpoch;
import org.pmuconnector.pmu.manager.catalog.CatalogGrant;
import org.pmuconnector.pmu.manager.catalog.CatalogGrowth;
import org.pmuconnector.pmu.manager.catalog.CatalogLevel;
import org.pmuconnector.pmu.manager.catalog.CatalogParkedSet;
import org.pmuconnector.pmu.manager.catalog.CatalogPreparedClear;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogResolution;
import org.pmuconnector.pmu.manager.catalog.CatalogRetention;
import org.pmuconnector.pmu.manager.catalog.CatalogRight;
import org.pmuconnector.pmu.manager.catalog.CatalogRun;
import org.pmuconnector.pmu.manager.catalog.CatalogState;
import org.pmuconnector.pmu.manager.catalog.CatalogSubscription;

class CatalogEntryTest {

    private static final int MIB = 1 << 20;

    /** Every field that the format has. */
    private static final CatalogRegion EXAMPLE = CatalogRegion.newBuilder()
            .setName("orders")
            .setSizeBytes(MIB)
            .addRuns(run(128 * 1024, MIB))
            .setMaxBaseBytes(128 * 1024)
            .setLevel(CatalogLevel.CATALOG_LEVEL_PERSISTENT)
            .setRetention(CatalogRetention.CATALOG_RETENTION_CLEARED)
            .setEpoch(3)
            .setSalt(0x0102030405060708L)
            .addEpochStarts(
                    CatalogEpoch.newBuilder().setEpoch(2).setStartPosition(640).setSalt(9))
            .setTrimPosition(704)
            .setPrimaryInstance("a")
            .setPrimaryTokenHash(ByteString.copyFrom(new byte[] {1, 2, 3}))
            .setOwner("alice")
            .addAccess(CatalogGrant.newBuilder().setPrincipal("bob").addRights(CatalogRight.CATALOG_RIGHT_READ))
            .addSubscriptions(CatalogSubscription.newBuilder()
                    .setName("audit")
                    .setCursorSequence(17)
                    .addParked(CatalogParkedSet.newBuilder().setSequence(5).setReason("no")))
            .setExtentBytes(MIB)
            .setState(CatalogState.CATALOG_STATE_IMPORTING)
            .setGrowth(CatalogGrowth.newBuilder()
                    .setSizeBytes(2 * MIB)
                    .setExtentBytes(2 * MIB)
                    .addRuns(run(4 * MIB, 2 * MIB)))
            .addLeftRuns(run(8 * MIB, MIB))
            .addResolutions(CatalogResolution.newBuilder()
                    .setFormatId(7)
                    .setGlobalTransactionId(ByteString.copyFrom(new byte[] {4}))
                    .setBranchQualifier(ByteString.copyFrom(new byte[] {5}))
                    .setInstanceName("c")
                    .setCommit(true)
                    .setHeuristic(true)
                    .setApplied(true))
            .addPreparedClears(CatalogPreparedClear.newBuilder()
                    .setFormatId(7)
                    .setGlobalTransactionId(ByteString.copyFrom(new byte[] {6}))
                    .setBranchQualifier(ByteString.copyFrom(new byte[] {5}))
                    .setInstanceName("c")
                    .setSubscription("audit")
                    .setSequence(9))
            .build();

    private static final String GOLDEN = "0a066f7264657273" // name
            + "10808040" // size
            + "1a08088080081080" + "8040" // runs
            + "20808008" // longest base
            + "2802" + "3002" // level, retention
            + "3803" + "410807060504030201" // epoch, salt
            + "4a0e" + "0802" + "108005" + "190900000000000000" // epoch starts
            + "50c005" // trim position
            + "5a0161" + "6203010203" // primary
            + "6a05616c696365" // owner
            + "72080a03626f62120101" // access
            + "7a110a0561756469741011" + "1a06080512026e6f" // subscriptions
            + "800180804088" + "0101" // extents, state
            + "920116088080800110808080" + "011a0a088080800210808080" + "01" // growth
            + "9a010908808080041080" + "8040" // left runs
            + "a201140d07000000" + "120104" + "1a0105" + "220163" + "2801" + "3001" + "3801" // resolutions
            + "aa01170d07000000" + "120106" + "1a0105" + "220163" + "2a056175646974" + "3009"; // prepared clears

    private static CatalogRun run(long offset, long length) {
        return CatalogRun.newBuilder()
                .setOffsetBytes(offset)
                .setLengthBytes(length)
                .build();
    }

    @Test
    void encode_theExample_isTheGoldenBytes() {
        assertThat(HexFormat.of().formatHex(EXAMPLE.toByteArray())).isEqualTo(GOLDEN);
    }

    @Test
    void parse_theGoldenBytes_isTheExample() throws Exception {
        assertThat(SlotCatalog.parse(0, HexFormat.of().parseHex(GOLDEN))).isEqualTo(EXAMPLE);
    }

    /** The page's checksum keeps such bytes from ever getting here; but whatever does must not be taken for sound. */
    @Test
    void parse_anyBytes_isAnEntryOrDamage() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        byte[] golden = HexFormat.of().parseHex(GOLDEN);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = golden.clone();
            for (int flips = 0; flips <= i % 4; flips++) {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                CatalogRegion entry = SlotCatalog.parse(0, bytes);
                assertThat(ManagedRegion.mapping(entry).lengthBytes())
                        .as("seed %d, round %d", seed, i)
                        .isEqualTo(entry.getSizeBytes());
            } catch (PmuException e) {
                assertThat(e.code()).as("seed %d, round %d", seed, i).isEqualTo(ErrorCode.UNIT_DAMAGED);
            } catch (IllegalArgumentException e) {
                // What the mapping refuses is damage for whoever loads the catalog.
                assertThat(e).as("seed %d, round %d", seed, i).hasMessageMatching(".*(extent|run).*");
            }
        }
    }

    @Test
    void parse_growthThatDoesNotAddUp_isDamage() {
        CatalogRegion bad = EXAMPLE.toBuilder()
                .setGrowth(EXAMPLE.getGrowth().toBuilder().setSizeBytes(3 * MIB))
                .build();
        assertThatThrownBy(() -> SlotCatalog.parse(7, bad.toByteArray()))
                .isInstanceOf(PmuException.class)
                .hasMessageContaining("catalog slot 7", "contradicts itself");
    }
}
