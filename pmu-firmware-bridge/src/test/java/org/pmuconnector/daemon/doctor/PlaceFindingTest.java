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

class PlaceFindingTest {

    private static final String ROOT = "30 1 0:25 / / rw,relatime - ext4 /dev/vda1 rw\n";

    @TempDir
    private Path root;

    private FakeHost host;

    @BeforeEach
    void make() throws IOException {
        host = new FakeHost(root).rxe("rxe0").file("/mnt/pmem/unit", "");
    }

    private Finding onMount(String row) throws IOException {
        return host.file("/proc/self/mountinfo", ROOT + row + "\n").findingOfPlace("/mnt/pmem/unit");
    }

    @ParameterizedTest
    @CsvSource({
        "tmpfs, 'rw,size=1g', tmpfs, its pages are pinned as they are",
        "hugetlbfs, 'rw,pagesize=2M', hugetlbfs, its pages are pinned as they are",
        "ext4, 'rw,dax=always', ext4 with DAX, DAX cannot be pinned for long",
        "xfs, 'rw,attr2,dax', xfs with DAX, DAX cannot be pinned for long",
        "ext4, 'rw,dax=never', ext4, this kernel pins the file's pages",
        "ext4, 'rw,nodax', ext4, this kernel pins the file's pages",
        "ext4, rw, ext4, this kernel pins the file's pages",
    })
    void place_onAFileSystem_saysWhatItMeans(String type, String options, String shown, String meaning)
            throws Exception {
        Finding finding = onMount("36 30 259:0 / /mnt/pmem rw,relatime shared:1 - " + type + " /dev/pmem0 " + options);

        assertThat(finding.verdict()).isEqualTo(Verdict.OK);
        assertThat(finding.text()).startsWith("/mnt/pmem/unit is on " + shown + " (/mnt/pmem): " + meaning);
    }

    @ParameterizedTest
    @CsvSource({
        "5.14.0-503.el9, true",
        "6.1.0-56-amd64, true",
        "6.4, true",
        "6.4.16, true",
        "6.5, false",
        "6.5.0-rc1, false",
        "6.18.44, false",
        "7.0.1, false",
        "10.1, false",
        "99999.1, false",
        "garbage, false",
        "'', false",
    })
    void place_onAnOrdinaryFileSystem_isPinnedBefore65(String release, boolean pinned) throws Exception {
        host.file("/proc/sys/kernel/osrelease", release + "\n");

        assertThat(host.findingOfPlace("/mnt/pmem/unit").text())
                .contains("is on ext4 (/)", pinned ? "this kernel pins" : "so the unit pins memory of its own");
    }

    @Test
    void place_belowSeveralMounts_isOnTheLastOfTheLongest() throws Exception {
        Finding finding = onMount("""
                36 30 0:1 / /mnt rw - xfs x rw
                37 36 0:2 / /mnt/pmem rw - tmpfs t rw
                38 37 0:3 / /mnt/pmem rw - ext4 /dev/pmem0 rw,dax=always
                39 30 0:4 / /mnt/pm rw - nfs n rw
                40 30 0:5 / /mnt/pmem/unit2 rw - nfs n rw""");

        assertThat(finding.text()).startsWith("/mnt/pmem/unit is on ext4 with DAX (/mnt/pmem)");
    }

    @Test
    void place_behindASymbolicLink_isWhereItLeads() throws Exception {
        host.link("/srv/unit", "../mnt/pmem/unit");
        onMount("36 30 0:1 / /mnt/pmem rw - tmpfs t rw");

        assertThat(host.findingOfPlace("/srv/unit").text()).startsWith("/srv/unit is on tmpfs (/mnt/pmem)");
    }

    @Test
    void place_withSpaceInItsName_isUnderstood() throws Exception {
        host.file("/mnt/a b/unit", "")
                .file("/proc/self/mountinfo", ROOT + "36 30 0:1 / /mnt/a\\040b rw - tmpfs t rw\n");

        assertThat(host.findingOfPlace("/mnt/a b/unit").text()).contains("is on tmpfs (/mnt/a b)");
    }

    @Test
    void place_thatIsNotMadeYet_isThatOfItsFolder() throws Exception {
        onMount("36 30 0:1 / /mnt/pmem rw - tmpfs t rw");

        assertThat(host.findingOfPlace("/mnt/pmem/new").text()).startsWith("/mnt/pmem/new is on tmpfs");
        assertThat(host.findingOfPlace("/mnt/pmem/no/where").verdict()).isEqualTo(Verdict.WARNING);
    }

    @Test
    void mounts_unreadableOrCutShort_areAWarning() throws Exception {
        for (String rows : new String[] {"", "30 1 0:25 / / rw,relatime", "- - - - - - - -", "\\000 / / / / / - x"}) {
            host.file("/proc/self/mountinfo", rows);
            assertThat(host.findingOfPlace("/mnt/pmem/unit").verdict()).as(rows).isEqualTo(Verdict.WARNING);
        }
        assertThat(host.diagnosis().isUsable()).isTrue();
    }
}
