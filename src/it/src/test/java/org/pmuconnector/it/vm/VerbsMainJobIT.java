package org.pmuconnector.it.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.it.RarClassPath;

/**
 * The main job over RDMA verbs: unit, primary and standby are processes in a machine with a device, the latter two on what is
 * in the {@code .rar}, without a server. The primary is killed.
 */
@Tag(RdmaVmFilter.TAG)
class VerbsMainJobIT {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"rxe", "siw"})
    void primary_killed_losesNothing(String device) throws Exception {
        long seed = System.nanoTime() & 0xFFFF_FFFFL;
        Path unit = VerbsUnitFile.format(directory);
        List<String> arguments = new ArrayList<>(device.equals("siw") ? List.of("--siw") : List.of());
        arguments.addAll(List.of(
                "--",
                java(),
                "-cp",
                RarClassPath.placeOf(MainJob.class),
                MainJob.class.getName(),
                java(),
                Path.of(System.getProperty("pmu.jar")).toAbsolutePath().toString(),
                String.join(File.pathSeparator, RarClassPath.unpack(directory)),
                unit.toString(),
                String.valueOf(seed)));
        try (RdmaVm machine = RdmaVm.start(directory, arguments)) {
            int status = machine.awaitEnd(PATIENCE);
            System.out.println("main job over verbs, " + device + ", seed " + seed + ": " + result(machine.output()));
            assertThat(status).as(machine.output()).isZero();
            assertThat(result(machine.output())).contains(" lost=0 ");
        }
    }

    private static String result(String output) {
        return output.lines()
                .filter(line -> line.startsWith("RESULT "))
                .findFirst()
                .orElse("no result");
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
