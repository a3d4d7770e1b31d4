package org.pmuconnector.it.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The machine that other tests, and people, run things in: its devices work, and it tells the truth about its end. */
@Tag(RdmaVmFilter.TAG)
class RdmaVmIT {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** The server says nothing when it listens; the kernel does. A client that is refused could keep it from ending. */
    private static final String PING = "rping -s -a 10.0.2.15 -C 3 & server=$!;"
            + " until rdma resource show cm_id | grep -q 'state LISTEN'; do kill -0 $server || exit 9; done;"
            + " timeout 120 rping -c -a 10.0.2.15 -C 3 -v && wait $server";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"rxe", "siw"})
    void rping_overEachDevice_movesBytesByRdma(String device) throws Exception {
        List<String> options = device.equals("siw") ? List.of("--siw") : List.of();
        Ended machine = run(options, "bash", "-c", "ibv_devinfo; " + PING);

        assertThat(machine.status).as(machine.output).isZero();
        assertThat(machine.output)
                .containsPattern("hca_id:\\s+" + device + "0")
                .containsPattern("state:\\s+PORT_ACTIVE")
                .contains("ping data: rdma-ping-0:", "ping data: rdma-ping-1:", "ping data: rdma-ping-2:");
    }

    @Test
    void command_anyWordsAndStatus_areThoseOfTheHost() throws Exception {
        Ended machine = run(
                List.of("--share", directory.toString()),
                "bash",
                "-c",
                "pwd; printf '<%s>' \"$@\"; echo; id -u; uname -n; echo kept > \"$1/result\"; exit 7",
                "name",
                directory.toString(),
                "two words",
                "it's \"so\" $HOME\\",
                "");

        assertThat(machine.status).as(machine.output).isEqualTo(7);
        assertThat(machine.output)
                .isEqualTo(String.join(
                        "\n",
                        Path.of("").toAbsolutePath().toString(),
                        "<" + directory + "><two words><it's \"so\" $HOME\\><>",
                        "0",
                        "rdma-vm"));
        assertThat(directory.resolve("result")).hasContent("kept\n");
    }

    @Test
    void kernel_panics_isAnErrorThatSaysSo() throws Exception {
        Ended machine = run(List.of(), "bash", "-c", "echo c > /proc/sysrq-trigger; sleep 600");

        assertThat(machine.status).isEqualTo(125);
        assertThat(machine.output)
                .contains("ended without a status while running the command: Kernel panic - not syncing");
    }

    @Test
    void time_up_endsTheMachine() throws Exception {
        Ended machine = run(List.of("--timeout", "1"), "true");

        assertThat(machine.status).isEqualTo(124);
        assertThat(machine.output).contains("time is up: ended the machine after 1 s while booting");
    }

    /** As no boot is done within a second: the first two are taken for hung, the last is let be. */
    @Test
    void boot_takesTooLong_isDoneByAnotherMachine() throws Exception {
        Ended machine = run(List.of("--boot-timeout", "1"), "echo", "done");

        String another = "rdma-vm: the machine did not boot within 1 s: starting another one";
        assertThat(machine.output).isEqualTo(String.join("\n", another, another, "done"));
        assertThat(machine.status).isZero();
    }

    private Ended run(List<String> options, String... command)
            throws IOException, InterruptedException, TimeoutException {
        List<String> arguments = Stream.of(options, List.of("--"), List.of(command))
                .flatMap(List::stream)
                .toList();
        try (RdmaVm machine = RdmaVm.start(directory, arguments)) {
            int status = machine.awaitEnd(PATIENCE);
            return new Ended(status, machine.output());
        }
    }

    private record Ended(int status, String output) {}
}
