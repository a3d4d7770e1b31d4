package org.pmuconnector.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pmuconnector.pmu.firmware.OtherProcess;

/**
 * Failovers by seed: {@code -Dsimulation.first=S} with {@code -Dsimulation.seeds=N} for so many, or else as many as fit into
 * {@code -Dsimulation.seconds=N}. What a seed did once it does each time.
 */
class FailoverSimulationIT {

    private static final int REPEATED = 100;

    @Test
    void failovers_ofManySeeds_loseAndRepeatNothing() throws Exception {
        Long count = Long.getLong("simulation.seeds");
        new Seeds(
                        first(),
                        count == null ? Integer.MAX_VALUE : count,
                        count == null ? Long.getLong("simulation.seconds") : Integer.MAX_VALUE)
                .run();
    }

    /** What a map of the Java runtime iterates by may be another one in each process. */
    @Test
    void seeds_inTwoProcesses_doTheSame() throws Exception {
        String first = String.valueOf(first());
        OtherProcess one = OtherProcess.start(SeedResults.class, first, String.valueOf(REPEATED));
        OtherProcess other = OtherProcess.start(SeedResults.class, first, String.valueOf(REPEATED));
        List<String> lines = lines(one);

        assertThat(lines).filteredOn(line -> line.startsWith("seed ")).hasSize(REPEATED);
        assertThat(lines(other)).isEqualTo(lines);
    }

    private static long first() {
        Long first = Long.getLong("simulation.first");
        return first == null ? System.nanoTime() % 1_000_000_007L : first;
    }

    private static List<String> lines(OtherProcess process) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        for (String line = process.nextLine(); line != null; line = process.nextLine()) {
            lines.add(line);
        }
        assertThat(process.await()).isZero();
        return lines;
    }
}
