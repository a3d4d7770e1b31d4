package org.pmuconnector.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.daemon.doctor.FakeHost;
import picocli.CommandLine;

class DoctorCommandTest {

    @TempDir
    private Path root;

    /** What the command left. */
    private record Run(int exitCode, String out, String err) {}

    private static Run run(CommandLine commandLine, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        int exitCode = commandLine.execute(arguments);
        return new Run(exitCode, out.toString(), err.toString());
    }

    private static Run run(FakeHost host, String... arguments) {
        return run(new CommandLine(new DoctorCommand(host.reader())), arguments);
    }

    private FakeHost host() throws IOException {
        return new FakeHost(root);
    }

    @Test
    void doctor_onThisMachine_saysWhatIsSo() {
        String[] devices = Path.of("/sys/class/infiniband").toFile().list();
        Run run = run(Pmu.commandLine(), "doctor", "/proc");

        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("native library", "locked memory", "/proc is on proc");
        if (devices == null || devices.length == 0) {
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out())
                    .contains("this host has no RDMA device", "modprobe rdma_rxe; rdma link add rxe0 type rxe netdev ")
                    .containsPattern("verbs:// cannot be used on this host: \\d problems?\n$");
        } else {
            assertThat(run.out()).startsWith("DEVICE").contains(devices);
            assertThat(run.out().contains("verbs:// can be used")).isEqualTo(run.exitCode() == 0);
        }
    }

    @Test
    void doctor_onAHostThatIsReady_saysSoShortly() throws Exception {
        Run run = run(host().rxe("rxe0"), "/proc");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo("""
                DEVICE  DRIVER  FIRMWARE  PORT  TRANSPORT  INTERFACE  STATE   PHYSICAL  LINK      RATE
                rxe0    rxe               1     RoCE       eth0       ACTIVE  LinkUp    Ethernet  2.5 Gb/sec (1X SDR)

                DEVICE  PORT  INDEX  GID                                      TYPE     INTERFACE
                rxe0    1     0      fe80:0000:0000:0000:5054:00ff:fe12:3456  RoCE v2  eth0
                rxe0    1     1      ::ffff:10.0.2.15                         RoCE v2  eth0

                ok  native library      bundled for linux-x86_64, version 32
                ok  rdma-core           librdmacm and libibverbs in /usr/lib/x86_64-linux-gnu, 1 driver
                ok  kernel              6.1.0-56-amd64: rdma_ucm, ib_uverbs, rdma_rxe loaded; siw not loaded
                ok  connection manager  /dev/infiniband/rdma_cm can be opened
                ok  verbs               /dev/infiniband/uverbs0 can be opened
                ok  open files          20000
                ok  locked memory       unlimited
                ok  unit                /proc is on ext4 (/): this kernel pins the file's pages as they are; Linux
                                        6.5 and newer do not, and the unit would pin memory of its own and write it
                                        through on each flush
                ok  device              rxe0 port 1 is ACTIVE and speaks RoCE at 10.0.2.15

                verbs:// can be used on this host
                """);
    }

    @Test
    void doctor_onAHostThatIsNot_endsWithTheWorst() throws Exception {
        Run run = run(host().limits("1048576", "20000"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).endsWith("""
                warning  locked memory       1 MiB (hard limit: unlimited), less than a region has by default, 64
                                             MiB: each connection pins the region that it opens, and the unit pins
                                             it once for each connection
                                             -> Raise it where it is started (systemd: LimitMEMLOCK=infinity):
                                                ulimit -l unlimited
                problem  device              this host has no RDMA device
                                             -> Load the network interface's driver, or make a device in software:
                                                modprobe rdma_rxe; rdma link add rxe0 type rxe netdev eth0

                verbs:// cannot be used on this host: 1 problem
                """);
        assertThat(run(host().limits("1048576", "20000").rxe("rxe0")).out())
                .endsWith("verbs:// can be used on this host, with 1 warning\n");
    }

    @Test
    void doctor_json_isTheSame() throws Exception {
        Run run = run(host().rxe("rxe0"), "--json");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .startsWith("{\n  \"ports\": [\n    {\"device\": \"rxe0\", \"driver\": \"rxe\", ")
                .contains(
                        "{\"device\": \"rxe0\", \"port\": \"1\", \"index\": \"1\", \"gid\": \"::ffff:10.0.2.15\", ",
                        "{\"path\": \"/dev/infiniband/rdma_cm\", \"opens\": true, \"refusal\": \"\"},",
                        "{\"limit\": \"locked memory bytes\", \"soft\": \"unlimited\", \"hard\": \"unlimited\"},",
                        "{\"limit\": \"open files\", \"soft\": 20000, \"hard\": 20000}\n  ],",
                        "  \"place\": [\n  ],",
                        "{\"verdict\": \"ok\", \"subject\": \"device\", \"text\": \"rxe0 port 1 is ACTIVE and ")
                .endsWith("  \"verdict\": [\n    {\"usable\": true, \"warnings\": 0, \"problems\": 0}\n  ]\n}\n");
        assertThat(run(host().without("/dev/infiniband/rdma_cm"), "--json").exitCode())
                .isEqualTo(1);
    }

    @Test
    void doctor_twoPaths_isAUsageError() throws Exception {
        assertThat(run(host(), "/a", "/b").exitCode()).isEqualTo(2);
    }
}
