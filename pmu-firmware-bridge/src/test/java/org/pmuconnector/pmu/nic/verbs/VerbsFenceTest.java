package org.pmuconnector.pmu.nic.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.pmu.nic.NicOptions;

/**
 * A primary that is taken over from while it writes, as fast as it can: from the answer to the claim on, not one byte
 * changes that the new primary does not change: {@code -Dattack.takeovers=N -Dattack.seed=S}.
 */
@Tag("rdma")
class VerbsFenceTest {

    private static final int TAKEOVERS = Integer.getInteger("attack.takeovers", 20);
    private static final long SEED = Long.getLong("attack.seed", System.nanoTime());
    private static final int MOST_WRITES = 64;
    private static final int LOOKS = 5;

    @TempDir
    static Path folder;

    private static AttackedUnit unit;

    @BeforeAll
    static void serve() throws Exception {
        System.out.println("VerbsFenceTest: -Dattack.takeovers=" + TAKEOVERS + " -Dattack.seed=" + SEED);
        unit = new AttackedUnit(folder, NicOptions.defaults().withTimeouts(60_000, 60_000));
    }

    @AfterAll
    static void stop() throws Exception {
        unit.assertUnharmed();
        unit.assertNothingIsLeft();
        unit.close();
    }

    /** A region as it was when its new primary was granted it, and the old one, whose device still tries. */
    private record Fenced(StalePrimary stale, ByteBuffer contents) {

        void assertUnchanged() {
            assertThat(stale.memory.mismatch(contents))
                    .as("first byte that was changed after the takeover")
                    .isEqualTo(-1);
        }
    }

    @Test
    void takeover_whileThePrimaryWrites_notOneByteChangesAfterwards() throws Exception {
        Random random = new Random(SEED);
        List<Fenced> all = new ArrayList<>();
        try (UnitClient primary = UnitClient.session(unit.fabric, "stale", 5);
                UnitClient standby = UnitClient.session(unit.fabric, "next", 6)) {
            for (int i = 0; i < TAKEOVERS; i++) {
                all.add(takeOver(primary, standby, "region" + i, 1 + random.nextInt(MOST_WRITES)));
                unit.assertUnharmed();
            }
            for (Fenced fenced : all) {
                fenced.stale.assertFails();
                fenced.assertUnchanged();
            }
        } finally {
            all.forEach(fenced -> fenced.stale.close());
        }
    }

    private static Fenced takeOver(UnitClient primary, UnitClient standby, String region, int writes) throws Exception {
        primary.create(region, AttackedUnit.REGION_BYTES);
        primary.claim(region, 0);
        StalePrimary stale = new StalePrimary(unit, "stale", 5, region);
        stale.start();
        stale.awaitWrites(writes);
        standby.takeOver(region, 1);
        byte[] contents = new byte[AttackedUnit.REGION_BYTES];
        stale.memory.get(0, contents);
        Fenced fenced = new Fenced(stale, ByteBuffer.wrap(contents));
        try (UnitClient data = UnitClient.data(unit.fabric, "next", 6)) {
            OpenRegionReply opened = data.openToWrite(region, 2);
            for (int look = 0; look < LOOKS; look++) {
                assertThat(data.read(opened.getKey(), opened.getBaseAddress(), contents.length))
                        .isEqualTo(contents);
            }
        }
        stale.stop();
        fenced.assertUnchanged();
        return fenced;
    }
}
