package org.pmuconnector.pmu.nic;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.junit.jupiter.api.Test;
import org.pmuconnector.pmu.ManualClock;

class RefusalLogTest {

    private final List<String> lines = new ArrayList<>();
    private final ManualClock clock = new ManualClock();
    private final RefusalLog log = new RefusalLog(new Lines(), clock);

    private final class Lines implements System.Logger {

        @Override
        public String getName() {
            return "test";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            lines.add(message);
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            lines.add(MessageFormat.format(format, parameters));
        }
    }

    @Test
    void refused_samePeerAgain_isCountedAndToldWithItsNextLine() {
        log.refused("10.0.0.1:5000", "wrong key");
        for (int i = 0; i < 9; i++) {
            // Another connection is no other peer.
            log.refused("10.0.0.1:500" + i, "wrong key");
        }
        assertThat(lines).containsExactly("10.0.0.1:5000: wrong key");
        clock.advanceMillis(500);
        log.refused("10.0.0.1:6000", "still");
        clock.advanceMillis(500);
        log.refused("10.0.0.1:7000", "no right");
        assertThat(lines).hasSize(2).last().isEqualTo("10.0.0.1:7000: no right; and 10 refusals before");
        assertThat(log.total()).isEqualTo(12);
        assertThat(log.leftOut()).isEqualTo(10);
    }

    @Test
    void refused_otherPeers_haveLinesOfTheirOwn() {
        log.refused("10.0.0.1:5000", "a");
        log.refused("10.0.0.2:5000", "b");
        log.refused("2001:db8:0:0:0:0:0:1:5000", "c");
        log.refused("process 7 (embedded)", "d");
        assertThat(lines).hasSize(4);
    }

    @Test
    void refused_peerQuietAfterwards_whatWasLeftOutIsToldOnce() {
        log.refused("10.0.0.1:1", "a");
        log.refused("10.0.0.1:2", "a");
        clock.advanceMillis(1_500);
        log.refused("10.0.0.2:1", "b");
        log.refused("10.0.0.3:1", "c");
        assertThat(lines)
                .containsExactly("10.0.0.1:1: a", "10.0.0.1: 1 more refusals", "10.0.0.2:1: b", "10.0.0.3:1: c");
    }

    @Test
    void refused_countlessPeers_fillNeitherLogNorMemory() {
        for (int i = 0; i < 100_000; i++) {
            log.refused("10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255) + ":1", "x");
        }
        assertThat(lines).hasSize(RefusalLog.MAX_LINES);
        assertThat(log.peerCount()).isEqualTo(RefusalLog.MAX_PEERS);
        assertThat(log.total()).isEqualTo(100_000);
        assertThat(log.leftOut()).isEqualTo(100_000 - RefusalLog.MAX_LINES);
    }
}
