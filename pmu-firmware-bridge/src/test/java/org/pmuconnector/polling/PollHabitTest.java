package org.pmuconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PollHabitTest {

    private static final long POLL_NANOS = 50_000;
    private static final long SOON_NANOS = 20_000;
    private static final long LATE_NANOS = 10_000_000;

    private final PollHabit habit = new PollHabit(POLL_NANOS);

    /** Of that many waits, how many polled, each with the same outcome. */
    private int polls(int waits, Runnable outcome) {
        int polls = 0;
        for (int i = 0; i < waits; i++) {
            if (habit.mayPoll()) {
                polls++;
                outcome.run();
            }
        }
        return polls;
    }

    @Test
    void mayPoll_hits_always() {
        assertThat(polls(1000, habit::hit)).isEqualTo(1000);
    }

    @Test
    void mayPoll_noTimeToPoll_never() {
        assertThat(new PollHabit(0).mayPoll()).isFalse();
    }

    @Test
    void mayPoll_missesThatDelayTheAnswer_soonHardlyEver() {
        assertThat(polls(1000, () -> habit.missed(SOON_NANOS))).isLessThan(25);
    }

    @Test
    void mayPoll_missesInSilence_nowAndThen() {
        assertThat(polls(900, () -> habit.missed(LATE_NANOS))).isBetween(90, 110);
    }

    @Test
    void mayPoll_hitsAfterMisses_soonAlwaysAgain() {
        polls(1000, () -> habit.missed(SOON_NANOS));

        polls(65, habit::hit);

        assertThat(polls(1000, habit::hit)).isEqualTo(1000);
    }
}
