package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.benchmarks.FailoverStages;
import org.pmuconnector.benchmarks.FailoverStages.Stage;
import org.pmuconnector.benchmarks.StandbySupply;
import org.pmuconnector.benchmarks.StandbySupply.Mode;
import org.pmuconnector.benchmarks.StandbySupply.Part;
import org.pmuconnector.model.PersistenceLevel;

/** The benchmarks of failover and of supply, for a shorter time: what does not depend on the machine must be right on any. */
class FailoverFiguresIT {

    private static final int KILLS = 2;
    private static final int SETS = 2000;
    private static final int PAYLOAD_BYTES = 1024;

    /** A benchmark's figure is 60 ms; a test's machine may do much else. */
    private static final double LONGEST_BEYOND_MILLIS = 3000;

    /** What cannot begin before what is before it has ended, though it is told by three processes. */
    private static final List<Stage> IN_TURN = List.of(
            Stage.RAW_END, Stage.DETECTION, Stage.READ, Stage.SEAL, Stage.DELIVER, Stage.TELL, Stage.FIRST_WRITE);

    private static final int SECONDS = 4;
    private static final int RATE = 500;

    /** Written from end to end within some hundred milliseconds. */
    private static final long REGION_BYTES = 4L << 20;

    /** As long as a standby is stopped at least; the lease is 3 s. */
    private static final long STOPPED_MILLIS = 3500;

    /** A machine that cannot carry this rate measures nothing. */
    private static final double LEAST_PART_OF_RATE = 0.5;

    @TempDir
    private Path folder;

    @Test
    void primaryKilled_stagesFollowOneAnother() throws Exception {
        FailoverStages.Result result = FailoverStages.run(KILLS, SETS, PAYLOAD_BYTES, PersistenceLevel.VISIBLE, folder);

        assertThat(result.failovers()).isEqualTo(KILLS);
        for (Stage stage : IN_TURN) {
            assertThat(result.medianMillis(stage)).as(stage.name()).isNotNegative();
        }
        assertThat(result.medianMillis(Stage.FENCE)).isPositive().isLessThanOrEqualTo(result.maxMillis(Stage.GRANT));
        assertThat(result.medianMillis(Stage.READ)).isPositive();
        assertThat(result.medianMillis(Stage.TOTAL)).isGreaterThan(result.medianMillis(Stage.DETECTION));
        assertThat(result.maxMillis(Stage.BEYOND)).isLessThan(LONGEST_BEYOND_MILLIS);
    }

    @Test
    void eightStandbys_oneStoppedForLongerThanItsLease_holdUpNobody() throws Exception {
        StandbySupply.Result result = StandbySupply.run(1, SECONDS, RATE, REGION_BYTES, folder);

        assertThat(result.throughputRatio(Mode.FIXED_RATE, Part.EIGHT, Part.ALONE))
                .isGreaterThan(LEAST_PART_OF_RATE);
        assertThat(result.stoppedLagMillis()).isGreaterThan(STOPPED_MILLIS);
        assertThat(result.largestLagMillis()).isPositive();
        assertThat(result.lapsWhileStopped())
                .as("how often the region was full, had the stopped one held up trimming")
                .isGreaterThan(1);
    }
}
