package org.pmuconnector.pmu.firmware;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.pmuconnector.pmu.memory.CrashMemory;
import org.pmuconnector.pmu.memory.CrashMemory.CrashException;

/** An update that is cut short anywhere leaves the old body or the new one, never neither and never a mixture. */
class PagePairTest {

    private static final int PAIR_BYTES = 2 * UnitLayout.PAGE_BYTES;
    private static final int UPDATES = 4;

    private static PagePair open(CrashMemory memory) {
        return new PagePair(memory, 0, PageCopy.CATALOG_MAGIC);
    }

    /** Bodies of different lengths, so that a mixture would be seen. */
    private static byte[] body(int number) {
        return ("body " + number + " ").repeat(1 + number * 7 % 50).getBytes(US_ASCII);
    }

    private static String newest(CrashMemory memory) {
        PageCopy copy = open(memory).newest();
        return copy == null ? "none" : new String(copy.body(), US_ASCII);
    }

    private static String expected(int number) {
        return number == 0 ? "none" : new String(body(number), US_ASCII);
    }

    /** Updates until told to stop; returns the last number that was acknowledged. */
    private static int update(CrashMemory memory, int from, int to) throws IOException {
        int acknowledged = from - 1;
        try {
            memory.persist(0, PAIR_BYTES);
            PagePair pair = open(memory);
            for (int number = from; number <= to; number++) {
                pair.write(body(number));
                acknowledged = number;
            }
        } catch (CrashException e) {
            assertThat(e).isNotNull();
        }
        return acknowledged;
    }

    private static long operations() throws IOException {
        CrashMemory memory = new CrashMemory(new byte[PAIR_BYTES]);
        assertThat(update(memory, 1, UPDATES)).isEqualTo(UPDATES);
        return memory.operations();
    }

    private static List<UnaryOperator<CrashMemory>> endings(Random random) {
        List<UnaryOperator<CrashMemory>> endings = new ArrayList<>();
        endings.add(CrashMemory::afterKill);
        endings.add(CrashMemory::afterPowerLossAtWorst);
        for (int i = 0; i < 5; i++) {
            endings.add(memory -> memory.afterPowerLoss(random));
        }
        return endings;
    }

    @Test
    void write_cutShortAnywhere_leavesTheOldOrTheNewBody() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (long point = 0; point < operations(); point++) {
            for (int written : new int[] {0, 8, 16, 24, 32, 40, 96}) {
                for (UnaryOperator<CrashMemory> ending : endings(random)) {
                    CrashMemory memory = new CrashMemory(new byte[PAIR_BYTES]).crashAt(point, written);
                    int acknowledged = update(memory, 1, UPDATES);
                    CrashMemory left = ending.apply(memory);
                    assertThat(newest(left))
                            .as("seed %d, point %d, %d bytes", seed, point, written)
                            .isIn(expected(acknowledged), expected(acknowledged + 1));
                    PagePair again = open(left);
                    if (again.newest() == null) {
                        // Cut short while it was first made: not there, and not damaged either.
                        assertThat(again.hasCopy(PageCopy.State.DAMAGED)).isFalse();
                        assertThat(again.hasCopy(PageCopy.State.FOREIGN)).isFalse();
                    }
                }
            }
        }
    }

    /** The process ends, the next one goes on in what the page cache holds, and then the power fails. */
    @Test
    void write_cutShortTwice_leavesTheOldOrTheNewBody() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int before = 0; before < 4; before++) {
            for (long point = 0; point < operations(); point++) {
                CrashMemory first = new CrashMemory(new byte[PAIR_BYTES]);
                update(first, 1, before);
                CrashMemory second = first.afterKill();
                assertThat(newest(second)).isEqualTo(expected(before));
                int acknowledged = update(second.crashAt(point, 24), before + 1, before + UPDATES);
                for (UnaryOperator<CrashMemory> ending : endings(random)) {
                    assertThat(newest(ending.apply(second)))
                            .as("seed %d, %d updates before, point %d", seed, before, point)
                            .isIn(expected(acknowledged), expected(acknowledged + 1));
                }
            }
        }
    }

    @Test
    void write_done_bothCopiesHoldIt() throws IOException {
        CrashMemory memory = new CrashMemory(new byte[PAIR_BYTES]);
        update(memory, 1, 3);
        for (int copy = 0; copy < 2; copy++) {
            CrashMemory damaged = memory.afterKill();
            damaged.flip(copy * UnitLayout.PAGE_BYTES + 33, 1);
            assertThat(newest(damaged)).isEqualTo(expected(3));
            assertThat(open(damaged).hasCopy(PageCopy.State.DAMAGED)).isTrue();
            // The next updates mend it.
            update(damaged, 4, 5);
            assertThat(open(damaged).hasCopy(PageCopy.State.DAMAGED)).isFalse();
            assertThat(newest(damaged)).isEqualTo(expected(5));
        }
    }

    @Test
    void write_generations_rise() throws IOException {
        CrashMemory memory = new CrashMemory(new byte[PAIR_BYTES]);
        update(memory, 1, 3);
        update(memory, 4, 4);
        assertThat(open(memory).newest().generation()).isEqualTo(4);
    }

    @Test
    void write_persistFails_oldBodyCounts() throws IOException {
        for (int failing = 0; failing < 3; failing++) {
            CrashMemory memory = new CrashMemory(new byte[PAIR_BYTES]);
            PagePair pair = open(memory);
            if (failing > 0) {
                pair.write(body(1));
            }
            if (failing > 1) {
                pair.write(body(2));
            }
            memory.failPersistFrom(0);
            assertThatThrownBy(() -> pair.write(body(9))).isInstanceOf(IOException.class);
            assertThat(newest(memory)).isEqualTo(expected(failing));
            assertThat(newest(memory.afterKill())).isEqualTo(expected(failing));
            assertThat(newest(memory.afterPowerLossAtWorst())).isEqualTo(expected(failing));
            memory.stopFailing();
            pair.write(body(5));
            assertThat(newest(memory.afterPowerLossAtWorst())).isEqualTo(expected(5));
        }
    }
}
