package org.pmuconnector.it.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pmuconnector.it.chaos.Violation.Kind;

/** Histories in the format of their files, a digit of time for each event; each that must not be, for its own reason. */
class HistoryCheckerTest {

    private final Map<String, ProcessHistory> histories = new LinkedHashMap<>();
    private final ProcessHistory reader = new ProcessHistory("reader");
    private List<String> standbys = List.of();

    /** A is the primary of epoch 1 and writes two sets; B is told of both. */
    HistoryCheckerTest() {
        told("A", "10 PRIMARY 1");
        wrote("A", 20, "a1", 29);
        wrote("A", 30, "a2", 39);
        told("B", "25 SET 1 1 UPDATE a1");
        told("B", "35 SET 1 2 UPDATE a2");
        content("SET 1 1 UPDATE a1", "SET 1 2 UPDATE a2");
    }

    private void told(String process, String line) {
        histories.computeIfAbsent(process, ProcessHistory::new).add(line);
    }

    private void wrote(String process, int called, String id, int returned) {
        told(process, called + " CALL " + id + " UPDATE " + id);
        told(process, returned + " RETURN " + id + " ACKNOWLEDGED -");
    }

    private void content(String... sets) {
        for (String set : sets) {
            reader.add("999 " + set);
        }
    }

    private void contentIs(String... sets) {
        reader.told().clear();
        content(sets);
    }

    private List<Kind> found() {
        List<Told.Delivered> content = Stream.of(reader)
                .flatMap(history -> history.told().stream())
                .map(Told.Delivered.class::cast)
                .toList();
        return HistoryChecker.check(histories.values(), content, standbys).stream()
                .map(Violation::kind)
                .distinct()
                .toList();
    }

    @Test
    void check_takeoverAfterAllWasTold_findsNothing() {
        told("B", "50 PRIMARY 2");
        wrote("B", 60, "b1", 69);
        told("A", "65 FENCED 2");
        told("A", "70 RESET");
        told("A", "71 SET 1 1 UPDATE a1");
        told("A", "72 SET 1 2 UPDATE a2");
        told("A", "73 SET 2 3 UPDATE b1");
        content("SET 2 3 UPDATE b1");
        standbys = List.of("A");
        assertThat(found()).isEmpty();
    }

    @Test
    void check_acknowledgedSetNotThere_isLost() {
        wrote("A", 40, "a3", 49);
        assertThat(found()).containsExactly(Kind.LOST);
    }

    @Test
    void check_deliveredSetNotThere_isLost() {
        told("A", "40 CALL a3 UPDATE a3");
        told("B", "45 SET 1 3 UPDATE a3");
        assertThat(found()).containsExactly(Kind.LOST);
    }

    @Test
    void check_sequenceMissing_isLost() {
        wrote("A", 40, "a4", 49);
        content("SET 1 4 UPDATE a4");
        assertThat(found()).containsExactly(Kind.LOST);
    }

    @Test
    void check_unknownAndThere_orNotThere_findsNothing() {
        told("A", "40 CALL a3 UPDATE a3");
        told("A", "41 RETURN a3 UNKNOWN PMU-603");
        told("A", "42 CALL a4 UPDATE a4");
        told("A", "43 RETURN a4 UNKNOWN PMU-603");
        told("A", "44 CALL a5 UPDATE a5");
        content("SET 1 3 UPDATE a4");
        assertThat(found()).isEmpty();
    }

    @Test
    void check_setThereTwice_isDuplicated() {
        content("SET 1 3 UPDATE a1");
        assertThat(found()).containsExactly(Kind.DUPLICATED);
    }

    @Test
    void check_unacknowledgedSetThereTwice_isDuplicated() {
        told("A", "40 CALL a3 UPDATE a3");
        content("SET 1 3 UPDATE a3", "SET 1 4 UPDATE a3");
        assertThat(found()).containsExactly(Kind.DUPLICATED);
    }

    @Test
    void check_listenerToldTwice_isDuplicated() {
        told("B", "40 SET 1 2 UPDATE a2");
        assertThat(found()).containsExactly(Kind.DUPLICATED);
    }

    @Test
    void check_listenerToldAnewAfterReset_findsNothing() {
        told("B", "40 RESET");
        told("B", "41 SET 1 1 UPDATE a1");
        told("B", "42 SET 1 2 UPDATE a2");
        assertThat(found()).isEmpty();
    }

    @Test
    void check_laterWriteStandsFirst_isReordered() {
        contentIs("SET 1 1 UPDATE a2", "SET 1 2 UPDATE a1");
        histories.remove("B");
        assertThat(found()).containsExactly(Kind.REORDERED);
    }

    @Test
    void check_writesAtTheSameTime_mayStandInEitherOrder() {
        told("A", "40 CALL a3 UPDATE a3");
        told("A", "41 CALL a4 UPDATE a4");
        told("A", "45 RETURN a3 ACKNOWLEDGED -");
        told("A", "46 RETURN a4 ACKNOWLEDGED -");
        content("SET 1 3 UPDATE a4", "SET 1 4 UPDATE a3");
        assertThat(found()).isEmpty();
    }

    @Test
    void check_refusedSetThere_isReported() {
        told("A", "40 CALL a3 UPDATE a3");
        told("A", "41 RETURN a3 NOT_WRITTEN PMU-102");
        content("SET 1 3 UPDATE a3");
        assertThat(found()).containsExactly(Kind.REFUSED_YET_THERE);
    }

    @Test
    void check_setThatNobodyWrote_isReported() {
        content("SET 1 3 UPDATE x");
        assertThat(found()).containsExactly(Kind.NEVER_WRITTEN);
    }

    @Test
    void check_toldBeforeItWasWritten_isReported() {
        told("A", "50 CALL a3 UPDATE a3");
        told("B", "45 SET 1 3 UPDATE a3");
        content("SET 1 3 UPDATE a3");
        assertThat(found()).containsExactly(Kind.NEVER_WRITTEN);
    }

    @Test
    void check_groupInPart_isTorn() {
        told("A", "40 CALL g GROUP g.1 g.2");
        content("SET 1 3 UPDATE g.1");
        assertThat(found()).containsExactly(Kind.TORN);
    }

    @Test
    void check_othersWithinGroup_isTorn() {
        told("A", "40 CALL g GROUP g.1 g.2");
        told("A", "41 CALL a3 UPDATE a3");
        content("SET 1 3 UPDATE g.1", "SET 1 4 UPDATE a3", "SET 1 5 UPDATE g.2");
        assertThat(found()).containsExactly(Kind.TORN);
    }

    @Test
    void check_groupInAnotherOrder_isReordered() {
        told("A", "40 CALL g GROUP g.1 g.2");
        content("SET 1 3 UPDATE g.2", "SET 1 4 UPDATE g.1");
        assertThat(found()).containsExactly(Kind.REORDERED);
    }

    @Test
    void check_twoToldDifferently_disagree() {
        contentIs("SET 1 1 UPDATE a1", "SET 1 2 UPDATE a3");
        wrote("A", 40, "a3", 49);
        assertThat(found()).contains(Kind.DISAGREES);
    }

    @Test
    void check_listenerNotToldOfOne_isReported() {
        wrote("A", 40, "a3", 49);
        wrote("A", 50, "a4", 59);
        content("SET 1 3 UPDATE a3", "SET 1 4 UPDATE a4");
        told("B", "60 SET 1 4 UPDATE a4");
        assertThat(found()).containsExactly(Kind.LEFT_OUT);
    }

    @Test
    void check_listenerBeginsWithBase_goesOnBehindWhatItCovers() {
        wrote("A", 40, "base", 49);
        wrote("A", 50, "a4", 59);
        told("C", "60 SET 1 3 BASE base 1 a1");
        told("C", "61 SET 1 2 UPDATE a2");
        told("C", "62 SET 1 4 UPDATE a4");
        content("SET 1 3 BASE base 1 a1", "SET 1 4 UPDATE a4");
        standbys = List.of("C");
        assertThat(found()).isEmpty();
    }

    @Test
    void check_stateWithoutASetThatItCovers_isReported() {
        wrote("A", 40, "base", 49);
        contentIs("SET 1 3 BASE base 2 a1 a7");
        histories.remove("B");
        assertThat(found()).contains(Kind.LOST, Kind.NEVER_WRITTEN);
    }

    @Test
    void check_baseInMidstreamThatCoversLess_isReported() {
        wrote("A", 40, "base", 49);
        told("B", "60 SET 1 3 BASE base 1 a1");
        content("SET 1 3 BASE base 1 a1");
        assertThat(found()).containsExactly(Kind.LEFT_OUT);
    }

    @Test
    void check_newPrimaryNotToldOfAll_isReported() {
        wrote("A", 40, "a3", 49);
        content("SET 1 3 UPDATE a3");
        told("B", "60 PRIMARY 2");
        assertThat(found()).containsExactly(Kind.STARTED_UNLIKE_THE_LOG);
    }

    @Test
    void check_acknowledgedAfterNewPrimaryStarted_isSplitBrain() {
        told("B", "50 PRIMARY 2");
        wrote("A", 60, "a3", 69);
        assertThat(found()).containsExactly(Kind.LOST, Kind.SPLIT_BRAIN);
    }

    @Test
    void check_acknowledgedInTheOldEpochAfterNewPrimaryStarted_isSplitBrain() {
        told("B", "50 PRIMARY 2");
        wrote("A", 60, "a3", 69);
        content("SET 1 3 UPDATE a3");
        assertThat(found()).containsExactly(Kind.SPLIT_BRAIN, Kind.STARTED_UNLIKE_THE_LOG);
    }

    /** The role is there a moment before the listener has been told, and the state does not say of which epoch a set is. */
    @Test
    void check_acknowledgedAMomentBeforeItsListenerIsTold_findsNothing() {
        wrote("B", 46, "b1", 49);
        told("B", "50 PRIMARY 2");
        wrote("B", 60, "base", 69);
        contentIs("SET 2 4 BASE base 3 a1 a2 b1");
        assertThat(found()).isEmpty();
    }

    @Test
    void check_acknowledgedLateButWrittenBefore_findsNothing() {
        told("A", "40 CALL a3 UPDATE a3");
        told("B", "45 SET 1 3 UPDATE a3");
        told("B", "50 PRIMARY 2");
        told("A", "60 RETURN a3 ACKNOWLEDGED -");
        content("SET 1 3 UPDATE a3");
        assertThat(found()).isEmpty();
    }

    @Test
    void check_twoWriteInOneEpoch_isSplitBrain() {
        wrote("B", 60, "b1", 69);
        content("SET 1 3 UPDATE b1");
        assertThat(found()).contains(Kind.SPLIT_BRAIN);
    }

    @Test
    void check_olderEpochBehindNewer_isReported() {
        told("B", "50 PRIMARY 2");
        wrote("B", 60, "b1", 69);
        told("A", "45 CALL a3 UPDATE a3");
        content("SET 2 3 UPDATE b1", "SET 1 4 UPDATE a3");
        assertThat(found()).contains(Kind.EPOCH_BACK);
    }

    @Test
    void check_twoPrimariesOfOneEpoch_isReported() {
        told("B", "50 PRIMARY 1");
        assertThat(found()).contains(Kind.EPOCH_BACK);
    }

    @Test
    void check_primaryOfAnOlderEpochThanItsOwn_isReported() {
        told("A", "40 RESET");
        told("A", "41 PRIMARY 1");
        assertThat(found()).contains(Kind.EPOCH_BACK);
    }

    @Test
    void check_primaryToldOfSets_isReported() {
        told("A", "40 SET 1 1 UPDATE a1");
        assertThat(found()).contains(Kind.DELIVERED_TO_PRIMARY);
    }

    @Test
    void check_standbyNotToldOfAllInTheEnd_isBehind() {
        wrote("A", 40, "a3", 49);
        content("SET 1 3 UPDATE a3");
        standbys = List.of("B");
        assertThat(found()).containsExactly(Kind.BEHIND);
    }

    @Test
    void check_defect_isReported() {
        told("B", "40 DEFECT java.lang.IllegalStateException");
        assertThat(found()).containsExactly(Kind.DEFECT);
    }

    @Test
    void check_decidedAndCommittedByOthers_findsNothing() {
        told("A", "40 CALL t TWO_PHASE t.1 t.2");
        told("A", "41 DECIDED t");
        told("B", "50 PRIMARY 2");
        told("B", "55 SET 2 3 UPDATE t.1");
        told("B", "56 SET 2 4 UPDATE t.2");
        content("SET 2 3 UPDATE t.1", "SET 2 4 UPDATE t.2");
        assertThat(found()).isEmpty();
    }

    @Test
    void check_decidedAndNotThere_isLost() {
        told("A", "40 CALL t TWO_PHASE t.1 t.2");
        told("A", "41 DECIDED t");
        assertThat(found()).containsExactly(Kind.LOST);
    }

    @Test
    void check_undecidedAndThere_isReported() {
        told("A", "40 CALL t TWO_PHASE t.1");
        content("SET 1 3 UPDATE t.1");
        assertThat(found()).containsExactly(Kind.REFUSED_YET_THERE);
    }

    @Test
    void checkUnread_splitBrain_isFoundAndNothingIsLost() {
        told("B", "50 PRIMARY 2");
        wrote("A", 60, "a3", 69);
        assertThat(HistoryChecker.checkUnread(histories.values()))
                .extracting(Violation::kind)
                .containsExactly(Kind.SPLIT_BRAIN);
    }

    /** Base 4 was written when base 3 had been, and does not know of it. */
    private void supersede(String... others) {
        told("A", "40 CALL old BASE old");
        told("A", "49 RETURN old ACKNOWLEDGED -");
        told("A", "41 CALL new BASE new");
        told("A", "49 RETURN new ACKNOWLEDGED -");
        contentIs("SET 1 4 BASE new 2 a1 a2");
        content(others);
    }

    @Test
    void check_formerBaseNotThere_isSupersededByTheNewest() {
        supersede("SET 1 5 UPDATE a5");
        wrote("A", 50, "a5", 59);
        told("C", "60 SET 1 4 BASE new 2 a1 a2");
        told("C", "61 SET 1 5 UPDATE a5");
        standbys = List.of("C");
        assertThat(found()).isEmpty();
    }

    @Test
    void check_toldOfFormerBaseByAnotherAndNotMore_findsNothing() {
        supersede();
        told("B", "45 SET 1 3 BASE old 2 a1 a2");
        told("C", "60 SET 1 4 BASE new 2 a1 a2");
        standbys = List.of("C");
        assertThat(found()).isEmpty();
    }

    @Test
    void check_moreBasesMissingThanPlaces_areLost() {
        supersede();
        told("A", "50 CALL other BASE other");
        told("A", "59 RETURN other ACKNOWLEDGED -");
        assertThat(found()).containsExactly(Kind.LOST);
    }

    @Test
    void check_updateMissingBeforeTheNewestBase_isLost() {
        told("A", "41 CALL new BASE new");
        told("A", "49 RETURN new ACKNOWLEDGED -");
        wrote("A", 35, "a3", 39);
        contentIs("SET 1 4 BASE new 2 a1 a2");
        assertThat(found()).containsExactly(Kind.LOST);
    }

    @Test
    void hasAll_begunWithTheNewestBase_onlyWhenToldOfWhatItDoesNotCover() {
        told("C", "60 SET 1 3 BASE base 1 a1");
        assertThat(histories.get("C").hasAll(3, 2)).isFalse();
        told("C", "61 SET 1 2 UPDATE a2");
        assertThat(histories.get("C").hasAll(3, 2)).isTrue();
        assertThat(histories.get("C").hasAll(4, 4)).isFalse();
        assertThat(histories.get("B").hasAll(2, 2)).isTrue();
    }
}
