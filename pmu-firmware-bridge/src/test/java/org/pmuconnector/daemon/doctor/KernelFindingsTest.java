package org.pmuconnector.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.daemon.doctor.Finding.Verdict;

class KernelFindingsTest {

    @TempDir
    private Path root;

    private FakeHost host;

    @BeforeEach
    void make() throws IOException {
        host = new FakeHost(root).rxe("rxe0");
    }

    @Test
    void modules_loadedAndBuiltIn_areThere() throws Exception {
        assertThat(host.finding("kernel"))
                .isEqualTo(
                        Finding.ok("kernel", "6.1.0-56-amd64: rdma_ucm, ib_uverbs, rdma_rxe loaded; siw not loaded"));

        host.file("/sys/module/siw/parameters/debug", "0").file("/sys/module/rdma_ucm/refcnt", "0");
        assertThat(host.finding("kernel").text())
                .isEqualTo("6.1.0-56-amd64: rdma_ucm, ib_uverbs, rdma_rxe loaded; siw built in");
    }

    @Test
    void modules_missing_areTheOneProblem() throws Exception {
        host.file("/proc/modules", "ext4 1 0 - Live 0x0\n")
                .without("/dev/infiniband/rdma_cm")
                .without("/dev/infiniband/uverbs0");

        assertThat(host.finding("kernel").verdict()).isEqualTo(Verdict.PROBLEM);
        assertThat(host.finding("kernel").command()).isEqualTo("modprobe -a rdma_ucm ib_uverbs");
        assertThat(host.diagnosis().findings())
                .extracting(Finding::subject)
                .doesNotContain("connection manager", "verbs");
    }

    @Test
    void modules_thatCannotBeReadButAreUsed_areNoProblem() throws Exception {
        host.unreadable("/proc/modules");

        assertThat(host.finding("kernel").verdict()).isEqualTo(Verdict.OK);
        assertThat(host.diagnosis().isUsable()).isTrue();
    }

    @Test
    void deviceFiles_thatOpen_areNamed() {
        assertThat(host.finding("connection manager").text()).isEqualTo("/dev/infiniband/rdma_cm can be opened");
        assertThat(host.finding("verbs").text()).isEqualTo("/dev/infiniband/uverbs0 can be opened");
    }

    @Test
    void deviceFiles_refused_areProblemsWithTheReason() throws Exception {
        host.unreadable("/dev/infiniband/rdma_cm").unreadable("/dev/infiniband/uverbs0");

        Finding manager = host.finding("connection manager");
        assertThat(manager.verdict()).isEqualTo(Verdict.PROBLEM);
        assertThat(manager.text())
                .isEqualTo("/dev/infiniband/rdma_cm cannot be opened to read and write: Is a directory");
        assertThat(manager.command()).isEqualTo("chmod a+rw /dev/infiniband/rdma_cm");
        assertThat(host.finding("verbs").verdict()).isEqualTo(Verdict.PROBLEM);
    }

    @Test
    void deviceFiles_oneOfTwoRefused_isAWarning() throws Exception {
        host.rxe("rxe1").unreadable("/dev/infiniband/uverbs1");

        assertThat(host.finding("verbs").verdict()).isEqualTo(Verdict.WARNING);
        assertThat(host.finding("verbs").command()).isEqualTo("chmod a+rw /dev/infiniband/uverbs1");
    }

    @Test
    void deviceFiles_notMadeThoughTheModulesAreThere_areProblems() throws Exception {
        host.without("/dev/infiniband/rdma_cm").without("/dev/infiniband/uverbs0");

        for (String subject : new String[] {"connection manager", "verbs"}) {
            assertThat(host.finding(subject).verdict()).as(subject).isEqualTo(Verdict.PROBLEM);
            assertThat(host.finding(subject).remedy()).as(subject).contains("--device /dev/infiniband");
        }
    }

    @Test
    void manager_thatOpensAndFindsNoDevice_isAProblemWithItsReason() {
        host.library(new VerbsLibrary(
                "bundled", 32, "", "devices rxe0, but no connection manager: No such device; it needs a module"));

        Finding manager = host.finding("connection manager");
        assertThat(manager.verdict()).isEqualTo(Verdict.PROBLEM);
        assertThat(manager.text()).isEqualTo("devices rxe0, but no connection manager: No such device");
    }
}
