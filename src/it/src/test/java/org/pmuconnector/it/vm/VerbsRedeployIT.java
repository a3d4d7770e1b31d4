package org.pmuconnector.it.vm;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.resource.ResourceException;
import jakarta.transaction.Transaction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.it.RarClassPath;
import org.pmuconnector.it.operator.Traces;

/** The archive is deployed again and again in one process while it is used over verbs, and leaves nothing. */
@Tag(RdmaVmFilter.TAG)
class VerbsRedeployIT {

    private static final int DEPLOYMENTS = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** What a process may have more of than after its first deployment, for reasons that are the JDK's own. */
    private static final int SLACK = 3;

    /** {@code bash -c GUEST pmu JAVA JAR UNIT CLASSES ARCHIVE USER PASSWORD DEPLOYMENTS} */
    private static final String GUEST = """
            java=$1 jar=$2 unit=$3 classes=$4 archive=$5 user=$6 password=$7 deployments=$8
            listen=verbs://10.0.2.15:4791
            java() { "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m "$@"; }
            exec 3< <(java -jar "$jar" serve "$unit" --listen "$listen" --lease-millis 20000)
            while read -r line <&3 && [[ $line != *'listening on'* ]]; do :; done
            java --add-exports java.base/sun.nio.ch=ALL-UNNAMED -cp "$classes" \\
              org.pmuconnector.it.vm.RarRedeployment "$archive" "$listen" "$user" "$password" "$deployments"
            """;

    @TempDir
    private Path directory;

    @Test
    void archive_deployedFiveTimesInOneProcess_worksAndLeavesNothing() throws Exception {
        Path unit = VerbsUnitFile.format(directory);
        List<String> arguments = List.of(
                "--",
                "bash",
                "-c",
                GUEST,
                "pmu",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Path.of(System.getProperty("pmu.jar")).toAbsolutePath().toString(),
                unit.toString(),
                String.join(
                        ":",
                        RarClassPath.placeOf(RarRedeployment.class),
                        RarClassPath.placeOf(ResourceException.class),
                        RarClassPath.placeOf(Transaction.class)),
                Path.of(System.getProperty("pmu.rar"))
                        .toAbsolutePath()
                        .normalize()
                        .toString(),
                VerbsUnitFile.USER,
                VerbsUnitFile.PASSWORD,
                String.valueOf(DEPLOYMENTS));
        String output;
        try (RdmaVm machine = RdmaVm.start(directory, arguments)) {
            int status = machine.awaitEnd(PATIENCE);
            output = machine.output();
            assertThat(status).as(output).isZero();
        }
        assertThat(output).doesNotContain("UnsatisfiedLinkError");
        for (int number = 1; number <= DEPLOYMENTS; number++) {
            Traces used = traces(output, "deployment " + number + " sequence " + number + " (Traces.*)");
            assertThat(used.loaders()).as(output).isEqualTo(1);
            assertThat(used.libraries()).as(output).isEqualTo(1);
        }
        Traces first = traces(output, "left 1 (Traces.*)");
        for (int number = 1; number <= DEPLOYMENTS; number++) {
            Traces left = traces(output, "left " + number + " (Traces.*)");
            System.out.println("deployment " + number + " over verbs has left " + left);
            assertThat(left.loaders()).as(output).isZero();
            assertThat(left.libraries()).as(output).isZero();
            assertThat(left.adapters()).as(output).isLessThanOrEqualTo(1);
            assertThat(left.pinnedKib()).as(output).isZero();
            assertThat(left.deviceObjects()).as(output).isLessThanOrEqualTo(first.deviceObjects());
            // Each keeps the thread that it had of the server's.
            assertThat(left.threads()).as(output).isLessThanOrEqualTo(first.threads() + number - 1 + SLACK);
            assertThat(left.descriptors()).as(output).isLessThanOrEqualTo(first.descriptors() + SLACK);
        }
    }

    private static Traces traces(String output, String pattern) {
        return output.lines()
                .map(Pattern.compile(pattern)::matcher)
                .filter(line -> line.matches())
                .map(line -> Traces.parse(line.group(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line '" + pattern + "' in:\n" + output));
    }
}
