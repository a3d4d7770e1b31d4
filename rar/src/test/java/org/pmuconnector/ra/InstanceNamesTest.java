package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceNamesTest {

    @Test
    void ofServer_sameFolder_isTheSameNameAndAnotherFolderAnother(@TempDir Path folder) {
        String first = InstanceNames.ofServer(folder.resolve("a").toString());

        assertThat(InstanceNames.ofServer(folder.resolve("a").toString())).isEqualTo(first);
        assertThat(InstanceNames.ofServer(
                        folder.resolve("b").resolve("..").resolve("a").toString()))
                .isEqualTo(first);
        assertThat(InstanceNames.ofServer(folder.resolve("b").toString())).isNotEqualTo(first);
        assertThat(first).matches("[A-Za-z0-9._-]{1,128}");
    }

    @Test
    void ofServer_thisProcess_isStable() {
        assertThat(InstanceNames.ofServer()).isEqualTo(InstanceNames.ofServer());
    }

    @Test
    void ofProcess_twice_isNeverTheSame() {
        assertThat(InstanceNames.ofProcess())
                .matches("[A-Za-z0-9._-]{1,128}")
                .contains(Long.toString(ProcessHandle.current().pid()))
                .isNotEqualTo(InstanceNames.ofProcess());
    }
}
