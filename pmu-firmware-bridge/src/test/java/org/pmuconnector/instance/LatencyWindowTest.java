package org.pmuconnector.instance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyWindowTest {

    private static final long WINDOW_NANOS = LatencyWindow.WINDOW.toNanos();

    private long now = 17;
    private final LatencyWindow window = new LatencyWindow(() -> now);

    private void record(long nanos) {
        long begun = now;
        now += nanos;
        window.record(begun);
    }

    @Test
    void statistics_withinTheWindow_areOfAll() {
        record(100);
        record(300);

        assertThat(window.statistics().count()).isEqualTo(2);
        assertThat(window.statistics().meanNanos()).isEqualTo(200);
        assertThat(window.statistics().maxNanos()).isEqualTo(300);
    }

    @Test
    void statistics_aWindowLater_areOfBothAndThenOfTheLater() {
        record(100);
        now += WINDOW_NANOS;
        record(200);
        assertThat(window.statistics().count()).isEqualTo(2);

        now += WINDOW_NANOS;

        assertThat(window.statistics().count()).isEqualTo(1);
        assertThat(window.statistics().maxNanos()).isEqualTo(200);
    }

    @Test
    void statistics_nothingForTwoWindows_areNone() {
        record(100);

        now += 2 * WINDOW_NANOS;

        assertThat(window.statistics()).isEqualTo(LatencyStatistics.NONE);
    }
}
