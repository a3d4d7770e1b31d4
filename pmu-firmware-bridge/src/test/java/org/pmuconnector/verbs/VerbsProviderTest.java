package org.pmuconnector.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.pmu.firmware.OtherProcess;

/**
 * The native library is found, loaded, loaded again and let go, and whatever is missing is named. On a machine where the
 * library could not be built, that is what is missing.
 */
class VerbsProviderTest {

    private static final String EXPORTS = "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED";
    private static final String UNAVAILABLE = "VERBS_NOT_AVAILABLE RDMA verbs cannot be used: ";

    @TempDir
    private Path directory;

    @Test
    void get_bundledLibrary_isLoadedAndLeavesNoCopy() throws Exception {
        if (!LibraryFile.isBuilt()) {
            assertThat(run(List.of(EXPORTS), "once"))
                    .singleElement()
                    .asString()
                    .startsWith(UNAVAILABLE + "no libdisni.so");
            return;
        }
        List<String> lines = run(List.of(EXPORTS, "-Djava.io.tmpdir=" + directory), "once");

        assertThat(lines)
                .hasSize(2)
                .first()
                .isEqualTo("loaded bundled for " + NativeLibrary.platform() + " version 32");
        assertThat(lines.get(1)).matches("device|" + UNAVAILABLE + "(no RDMA device|.*no connection manager: ).*");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void get_withoutTheExport_namesTheFlag() throws Exception {
        assertThat(run(List.of(), "once"))
                .singleElement()
                .asString()
                .startsWith(UNAVAILABLE)
                .contains(LibraryFile.isBuilt() ? "--add-exports java.base/sun.nio.ch=ALL-UNNAMED" : "no libdisni.so");
    }

    @Test
    void get_installedLibrary_isPreferred() throws Exception {
        if (LibraryFile.isBuilt()) {
            Path installed = Files.copy(LibraryFile.path(), directory.resolve("libdisni.so"));

            assertThat(run(List.of(EXPORTS, "-Djava.library.path=/nowhere:" + directory), "once"))
                    .first()
                    .isEqualTo("loaded " + installed + " version 32");
        } else {
            assertThat(run(List.of(EXPORTS, "-Djava.library.path=/nowhere"), "once"))
                    .first()
                    .asString()
                    .contains("java.library.path (/nowhere)", "libibverbs-dev librdmacm-dev");
        }
    }

    @Test
    void get_bySeveralClassLoaders_isRefusedToNoneAndFreedByAll() throws Exception {
        if (LibraryFile.isBuilt()) {
            assertThat(run(List.of(EXPORTS), "redeploy"))
                    .containsExactly("deployed 5, the last one org.pmuconnector.verbs.VerbsProvider", "left 0");
            assertThat(run(
                            List.of(
                                    EXPORTS,
                                    "-Djava.library.path=" + LibraryFile.path().getParent()),
                            "redeploy"))
                    .containsExactly("deployed 5, the last one org.pmuconnector.verbs.VerbsProvider", "left 0");
        }
        // Without one, the other tests say so.
        assertThat(LibraryFile.path().getFileName()).hasToString("libdisni.so");
    }

    @Test
    void get_classLoaderKeptAfterAllElseIsGone_letsTheLibraryGo() throws Exception {
        if (LibraryFile.isBuilt()) {
            assertThat(run(List.of(EXPORTS), "abandon")).containsExactly("mapped 1", "left 0", "again 1 version 32");
        } else {
            assertThat(run(List.of(EXPORTS), "once")).singleElement().asString().contains("no libdisni.so");
        }
    }

    @Test
    void get_libraryThatDoesNotFit_saysWhy() throws Exception {
        Files.writeString(installed(), "not a library");
        assertThat(runInstalled()).startsWith(UNAVAILABLE + installed() + ": ").endsWith(": file too short");

        if (LibraryFile.isBuilt()) { // There is a compiler.
            compile("int nothing_of_disni(void) { return 0; }");
            assertThat(runInstalled()).startsWith(UNAVAILABLE).contains("_getVersion");

            compile("int Java_com_ibm_disni_verbs_impl_NativeDispatcher__1getVersion(void) { return 31; }");
            assertThat(runInstalled()).startsWith(UNAVAILABLE).contains("version found 31, version required 32");

            Path missing = directory.resolve("librdmacm.so.99");
            compile("int there(void) { return 0; }", missing, "-Wl,-soname,librdmacm.so.99");
            compile("int there(void); int here(void) { return there(); }", installed(), missing.toString());
            Files.delete(missing);
            assertThat(runInstalled())
                    .startsWith(UNAVAILABLE)
                    .contains("librdmacm.so.99: cannot open shared object file", "install rdma-core's libraries");
        }
    }

    private Path installed() {
        return directory.resolve("libdisni.so");
    }

    private String runInstalled() throws Exception {
        List<String> lines = run(List.of(EXPORTS, "-Djava.library.path=" + directory), "once");
        // The virtual machine has its own say about a file that is no library.
        return lines.get(lines.size() - 1);
    }

    private void compile(String source) throws Exception {
        compile(source, installed());
    }

    private void compile(String source, Path library, String... more) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("library.c"), source);
        List<String> command =
                new ArrayList<>(List.of("cc", "-shared", "-fPIC", "-o", library.toString(), file.toString()));
        command.addAll(List.of(more));
        Process compiler = new ProcessBuilder(command).inheritIO().start();
        assertThat(compiler.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(compiler.exitValue()).as(source).isZero();
    }

    private static List<String> run(List<String> options, String mode) throws Exception {
        List<String> all = new ArrayList<>(options);
        all.add(LibraryFile.NATIVE_ACCESS);
        OtherProcess process = OtherProcess.start(all, VerbsProviderMain.class, mode);
        List<String> lines = new ArrayList<>();
        for (String line = process.nextLine(); line != null; line = process.nextLine()) {
            lines.add(line);
        }
        assertThat(process.await()).as(lines.toString()).isZero();
        return lines;
    }
}
