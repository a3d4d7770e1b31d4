package org.pmuconnector.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** I8: the reserve is enough in every order and at every extent's end, and not much more than that. */
class LogSpaceTest {

    private static final int SEEDS = 2000;

    private static LogGeometry geometry(Random random) {
        long capacityBytes = 64L * (32 + random.nextInt(1000));
        long extentBytes = random.nextInt(3) == 0
                ? capacityBytes
                : Math.max(512, 64 * (capacityBytes / 64 / (1 + random.nextInt(20)) + random.nextInt(3)));
        return new LogGeometry(capacityBytes, extentBytes);
    }

    private static long bytes(Random random, long most) {
        return 64 * (1 + random.nextLong(Math.max(1, most / 64)));
    }

    /** Where the log would end after these groups. */
    private static long place(LogGeometry geometry, long end, List<Long> groups) {
        long at = end;
        for (long groupBytes : groups) {
            at = geometry.place(at, groupBytes) + groupBytes;
        }
        return at;
    }

    @Test
    void leavesReserve_yes_allThatMayComeFitsInAnyOrder() {
        int tight = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            LogGeometry geometry = geometry(random);
            long trim = 64L * random.nextInt(5000);
            LogSpace space = new LogSpace(geometry, random.nextLong(geometry.capacityBytes() / 4), trim);
            List<Long> groups = new ArrayList<>();
            groups.add(RecordFormat.recordBytes(space.maxBaseBytes()));
            InDoubtRoom inDoubt = InDoubtRoom.NONE;
            int branches = random.nextInt(6);
            for (int i = 0; i < branches; i++) {
                long outcomeBytes = bytes(random, 384);
                long groupBytes = outcomeBytes + bytes(random, geometry.longestGroupBytes() / 3);
                inDoubt = inDoubt.plus(groupBytes, outcomeBytes);
                groups.add(groupBytes);
                groups.add(outcomeBytes);
            }
            for (long used = 0; used < geometry.capacityBytes(); used += 64) {
                if (space.leavesReserve(trim + used, inDoubt)) {
                    Collections.shuffle(groups, random);
                    long end = place(geometry, trim + used, groups);
                    assertThat(end - trim)
                            .as("seed %d, used %d", seed, used)
                            .isLessThanOrEqualTo(geometry.capacityBytes());
                    tight += geometry.capacityBytes() - (end - trim) < 2048 ? 1 : 0;
                }
            }
        }
        assertThat(tight).as("close calls").isGreaterThan(1000);
    }

    @Test
    void isSustainable_yes_aBaseAndCopiesLeaveTheReserveWhereverTheyBegin() {
        int sustainable = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            LogGeometry geometry = geometry(random);
            long start = 64L * random.nextInt(5000);
            LogSpace anywhere = new LogSpace(geometry, random.nextLong(geometry.capacityBytes() / 4), 0);
            long baseBytes = RecordFormat.recordBytes(anywhere.maxBaseBytes());
            InDoubtRoom inDoubt = InDoubtRoom.NONE;
            List<Long> copies = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                long outcomeBytes = bytes(random, 384);
                long groupBytes = outcomeBytes + bytes(random, geometry.longestGroupBytes() / 4);
                InDoubtRoom more = inDoubt.plus(groupBytes, outcomeBytes);
                if (anywhere.isSustainable(more)) {
                    inDoubt = more;
                    copies.add(groupBytes);
                    sustainable++;
                }
            }
            long trim = geometry.place(start, baseBytes);
            LogSpace space = new LogSpace(geometry, anywhere.maxBaseBytes(), trim);
            assertThat(space.leavesReserveAfterTrim(trim + baseBytes, trim, inDoubt.copiesBytes(), inDoubt))
                    .as("seed %d", seed)
                    .isTrue();
            long end = place(geometry, trim + baseBytes, copies);
            assertThat(space.leavesReserve(end, inDoubt)).as("seed %d", seed).isTrue();
        }
        assertThat(sustainable).isGreaterThan(SEEDS);
    }

    @Test
    void leavesReserve_oneExtentAndNoEndInSight_keepsNoMoreThanWhatMayCome() {
        LogGeometry geometry = new LogGeometry(1 << 20, 1 << 20);
        LogSpace space = new LogSpace(geometry, 128 << 10, 0);
        long reserve = (128 << 10) + 64 + (8 << 10);
        long end = (1 << 20) - reserve;

        assertThat(space.leavesReserve(end, InDoubtRoom.NONE)).isTrue();
        assertThat(space.leavesReserve(end + 64, InDoubtRoom.NONE)).isFalse();
        assertThat(space.leavesReserveButSeals(end + (8 << 10), InDoubtRoom.NONE))
                .isTrue();
        assertThat(space.leavesReserveButSeals(end + (8 << 10) + 64, InDoubtRoom.NONE))
                .isFalse();
    }

    @Test
    void leavesReserve_ringsEndAhead_keepsAFillerBesides() {
        LogGeometry geometry = new LogGeometry(1 << 20, 1 << 20);
        long trim = 512 << 10;
        LogSpace space = new LogSpace(geometry, 128 << 10, trim);
        long reserve = (128 << 10) + 64 + (8 << 10);
        // 64 KiB before the ring's end: the base will not fit there.
        long end = (1 << 20) - (64 << 10);
        space.trimmed(end + reserve + (64 << 10) - (1 << 20));

        assertThat(space.leavesReserve(end, InDoubtRoom.NONE)).isTrue();
        assertThat(space.leavesReserve(end + 64, InDoubtRoom.NONE)).isTrue();
        LogSpace less = new LogSpace(geometry, 128 << 10, end + reserve + (64 << 10) - (1 << 20) - 64);
        assertThat(less.leavesReserve(end, InDoubtRoom.NONE)).isFalse();
    }

    @Test
    void maxBaseBytes_usualRegions_isWhatWasAskedFor() {
        for (long size = 256 << 10; size <= 1L << 40; size *= 2) {
            LogGeometry geometry = new LogGeometry(size, Math.min(size, 1 << 30));
            long eighth = Math.min(size / 8, (1 << 30) - 64);
            assertThat(new LogSpace(geometry, eighth, 0).maxBaseBytes()).isGreaterThanOrEqualTo(eighth);
            if (size <= 1 << 30) {
                assertThat(new LogSpace(geometry, size / 4, 0).maxBaseBytes()).isGreaterThanOrEqualTo(size / 4);
            }
        }
    }

    @Test
    void maxBaseBytes_moreThanTheGeometryCanEverHold_isCutToWhatItCan() {
        LogGeometry geometry = new LogGeometry(4 << 20, 1 << 20);
        LogSpace space = new LogSpace(geometry, 1 << 20, 0);

        assertThat(space.maxBaseBytes()).isBetween(512L << 10, (1L << 20) - 64);
        assertThat(space.isSustainable(InDoubtRoom.NONE)).isTrue();
    }
}
