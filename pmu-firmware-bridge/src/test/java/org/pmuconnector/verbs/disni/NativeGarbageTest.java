package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pmuconnector.pmu.firmware.OtherProcess;
import org.pmuconnector.verbs.LibraryFile;

/** No handle, however wrong, brings the virtual machine down. */
class NativeGarbageTest {

    private static final int METHODS_WITH_HANDLES = 38;

    @Test
    void methods_handlesThatNameNothing_areRefused() throws Exception {
        long seed = System.nanoTime();
        System.out.println("native methods with handles that name nothing, seed " + seed);
        OtherProcess process = OtherProcess.start(
                List.of(
                        "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                        LibraryFile.NATIVE_ACCESS,
                        "-Xcheck:jni",
                        "-Dslf4j.internal.verbosity=ERROR",
                        "-Djava.library.path=" + LibraryFile.path().getParent()),
                NativeGarbage.class,
                String.valueOf(seed),
                "2000");
        List<String> lines = new ArrayList<>();
        for (String line = process.nextLine(); line != null; line = process.nextLine()) {
            lines.add(line);
        }
        int status = process.await();

        if (LibraryFile.isBuilt()) {
            assertThat(status).as(lines.toString()).isZero();
            assertThat(lines).hasSize(METHODS_WITH_HANDLES).allMatch(line -> line.endsWith(" refused"));
        } else {
            assertThat(String.join("\n", lines)).contains("no disni in java.library.path");
        }
    }
}
