package org.pmuconnector.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The sparse index against one that knows every sequence's place. */
class SequenceIndexTest {

    private static final int SEEDS = 200;

    @Test
    void positionOf_randomCommits_neverBehindASetThatIsNeeded() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            SequenceIndex index = new SequenceIndex();
            TreeMap<Long, Long> places = new TreeMap<>();
            long end = random.nextInt(10_000);
            long sequence = random.nextInt(5);
            long trimmed = 0;
            for (int step = 0; step < 300; step++) {
                sequence++;
                end += 64L * (1 + random.nextInt(200));
                // A late outcome commits what lies anywhere before.
                long place = random.nextInt(8) == 0 ? trimmed + random.nextLong(end - trimmed + 1) : end;
                index.add(sequence, place);
                places.put(sequence, place);
                if (random.nextInt(20) == 0) {
                    trimmed = Math.max(trimmed, index.positionOf(sequence - random.nextInt(20), 0));
                    index.trim(trimmed);
                }
                check(index, places, sequence - random.nextInt(60), seed);
                check(index, places, sequence + 1, seed);
            }
            assertThat(index.size()).isLessThan(300);
        }
    }

    private static void check(SequenceIndex index, NavigableMap<Long, Long> places, long from, long seed) {
        long needed = Long.MAX_VALUE;
        for (Map.Entry<Long, Long> place : places.tailMap(from, true).entrySet()) {
            needed = Math.min(needed, place.getValue());
        }
        assertThat(index.positionOf(from, 0))
                .as("seed %d, sequence %d", seed, from)
                .isLessThanOrEqualTo(needed);
    }

    @Test
    void positionOf_commitsInOrder_isWithinAGrainOfTheBest() {
        SequenceIndex index = new SequenceIndex();
        for (long sequence = 1; sequence <= 5000; sequence++) {
            index.add(sequence, sequence * 128);
        }
        for (long sequence = 1; sequence <= 5000; sequence++) {
            assertThat(index.positionOf(sequence, 0))
                    .isBetween(sequence * 128 - SequenceIndex.GRAIN_BYTES, sequence * 128);
        }
    }

    @Test
    void positionOf_olderThanAllKnown_isTheOtherwise() {
        SequenceIndex index = new SequenceIndex();
        assertThat(index.positionOf(1, 42)).isEqualTo(42);
        index.add(10, 6400);
        assertThat(index.positionOf(9, 42)).isEqualTo(42);
        assertThat(index.positionOf(10, 42)).isEqualTo(6400);
        index.clear();
        assertThat(index.positionOf(10, 42)).isEqualTo(42);
    }

    @Test
    void add_moreThanItKeeps_isThinnedOutAndStaysRight() {
        SequenceIndex index = new SequenceIndex();
        long count = 5L * SequenceIndex.MOST_ENTRIES;
        long groupBytes = SequenceIndex.GRAIN_BYTES;
        for (long sequence = 1; sequence <= count; sequence++) {
            index.add(sequence, sequence * groupBytes);
        }
        assertThat(index.size()).isLessThanOrEqualTo(SequenceIndex.MOST_ENTRIES);
        for (long sequence = 1; sequence <= count; sequence += 997) {
            assertThat(index.positionOf(sequence, 0)).isBetween((sequence - 8) * groupBytes, sequence * groupBytes);
        }
    }

    @Test
    void trim_pastEntries_keepsTheOneThatCoversThePosition() {
        SequenceIndex index = new SequenceIndex();
        index.add(1, 0);
        index.add(2, 10_000);
        index.add(3, 20_000);
        index.trim(10_000);
        assertThat(index.size()).isEqualTo(2);
        assertThat(index.positionOf(2, -1)).isEqualTo(10_000);
        index.trim(30_000);
        assertThat(index.size()).isEqualTo(1);
        assertThat(index.positionOf(3, -1)).isEqualTo(20_000);
    }
}
