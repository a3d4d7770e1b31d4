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

class LibraryFindingsTest {

    private static final String LIBRARIES = "/usr/lib/x86_64-linux-gnu/";

    @TempDir
    private Path root;

    private FakeHost host;

    @BeforeEach
    void make() throws IOException {
        host = new FakeHost(root).rxe("rxe0");
    }

    private static VerbsLibrary refused(String reason) {
        return new VerbsLibrary("", 0, reason, "");
    }

    @Test
    void library_loaded_saysWhereAndWhich() {
        assertThat(host.finding("native library"))
                .isEqualTo(Finding.ok("native library", "bundled for linux-x86_64, version 32"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DiSNI needs an internal package; start Java with --add-exports X"
                        + "|DiSNI needs an internal package|Start Java with --add-exports X",
                "no libdisni.so: no folder (/a:/b.c) has one. Build this project"
                        + "|no libdisni.so: no folder (/a:/b.c) has one|Build this project",
                "/opt/libdisni.so: file too short|/opt/libdisni.so: file too short|Take that library away",
                "bundled for linux-s390x: wrong class|bundled for linux-s390x: wrong class|Build this project",
                "they need Linux, and this is Plan 9|they need Linux, and this is Plan 9|Use iwarp://",
            })
    void library_refused_isAProblemWithAWayOut(String refusal, String text, String remedy) {
        Finding finding = host.library(refused(refusal)).finding("native library");

        assertThat(finding.verdict()).isEqualTo(Verdict.PROBLEM);
        assertThat(finding.text()).isEqualTo(text);
        assertThat(finding.remedy()).startsWith(remedy);
    }

    @Test
    void core_complete_countsTheDriversThatAreBothNamedAndThere() {
        assertThat(host.read().core().providers()).containsExactly("rxe");
        assertThat(host.finding("rdma-core").text())
                .isEqualTo("librdmacm and libibverbs in /usr/lib/x86_64-linux-gnu, 1 driver");
    }

    @Test
    void core_missing_isAProblemOnlyIfTheLibraryLacksIt() throws Exception {
        host.without(LIBRARIES + "librdmacm.so.1");
        assertThat(host.finding("rdma-core").verdict()).isEqualTo(Verdict.OK);

        Finding finding = host.library(refused("librdmacm.so.1: cannot open shared object file"))
                .finding("rdma-core");
        assertThat(finding.verdict()).isEqualTo(Verdict.PROBLEM);
        assertThat(finding.text()).isEqualTo("not in the usual folders: librdmacm.so.1");
        assertThat(finding.command()).isEqualTo("apt install librdmacm1 ibverbs-providers");
    }

    @Test
    void core_withoutDrivers_isAProblemUnlessVerbsFoundOne() throws Exception {
        host.without(LIBRARIES + "libibverbs/librxe-rdmav34.so");
        assertThat(host.finding("rdma-core").verdict()).isEqualTo(Verdict.OK);

        host.library(new VerbsLibrary("bundled", 32, "", "no connection manager: No such device"));
        assertThat(host.finding("rdma-core").verdict()).isEqualTo(Verdict.PROBLEM);
    }
}
