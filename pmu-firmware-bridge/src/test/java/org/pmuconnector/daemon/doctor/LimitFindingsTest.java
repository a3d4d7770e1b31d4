package org.pmuconnector.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pmuconnector.daemon.doctor.Finding.Verdict;

class LimitFindingsTest {

    @TempDir
    private Path root;

    private FakeHost host;

    @BeforeEach
    void make() throws IOException {
        host = new FakeHost(root).rxe("rxe0");
    }

    @ParameterizedTest
    @CsvSource({
        "0, WARNING, '0 MiB (hard limit: unlimited), less than'",
        "1048576, WARNING, '1 MiB (hard limit: unlimited), less than'",
        "65536, WARNING, '64 KiB (hard limit: unlimited), less than'",
        "67108863, WARNING, '67108863 bytes (hard limit: unlimited), less than'",
        "67108864, OK, '64 MiB (hard limit: unlimited), which is 1 times'",
        "1073741824, OK, '1024 MiB (hard limit: unlimited), which is 16 times'",
        "unlimited, OK, unlimited",
        "99999999999999999999, WARNING, could not be read",
        "-5, WARNING, could not be read",
    })
    void lockedMemory_finiteAndLessThanARegion_isAWarning(String limit, Verdict verdict, String text) throws Exception {
        Finding finding = host.limits(limit, "20000").finding("locked memory");

        assertThat(finding.verdict()).isEqualTo(verdict);
        assertThat(finding.text()).contains(text);
        assertThat(finding.remedy().isEmpty()).isEqualTo(verdict == Verdict.OK);
        assertThat(host.diagnosis().isUsable()).isTrue();
    }

    @Test
    void lockedMemory_low_saysWhyItMattersAndWhatToDo() throws Exception {
        Finding finding = host.limits("8388608", "20000").finding("locked memory");

        assertThat(finding.text())
                .contains("each connection pins the region that it opens", "once for each connection")
                .doesNotContain("may pin more");
        assertThat(finding.remedy()).contains("LimitMEMLOCK=infinity");
        assertThat(finding.command()).isEqualTo("ulimit -l unlimited");
    }

    @Test
    void lockedMemory_lowForWhoMayPinMore_isStillAWarning() throws Exception {
        host.limits("8388608", "20000").file("/proc/self/status", "CapEff:\t0000000000004000\n");

        assertThat(host.finding("locked memory").verdict()).isEqualTo(Verdict.WARNING);
        assertThat(host.finding("locked memory").text()).contains("CAP_IPC_LOCK", "siw");
    }

    @Test
    void openFiles_few_isAWarning() throws Exception {
        Finding finding = host.limits("unlimited", "256").finding("open files");

        assertThat(finding.verdict()).isEqualTo(Verdict.WARNING);
        assertThat(finding.command()).isEqualTo("ulimit -n 65536");
        assertThat(host.limits("unlimited", "1024").finding("open files"))
                .isEqualTo(Finding.ok("open files", "1024 (hard limit: 20000)"));
    }

    @Test
    void limits_unreadable_areWarnings() throws Exception {
        host.unreadable("/proc/self/limits").unreadable("/proc/self/status");

        assertThat(host.finding("locked memory").verdict()).isEqualTo(Verdict.WARNING);
        assertThat(host.finding("open files").verdict()).isEqualTo(Verdict.WARNING);
        assertThat(host.read().limits().lockedMemoryBytes().softOrWord()).isEqualTo("");
    }
}
