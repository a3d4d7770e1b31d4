package org.pmuconnector.verbs;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** Where {@code libdisni.so} is: in a folder of {@code java.library.path}, or in the archive for its platform. */
final class NativeLibrary {

    private static final String FILE = "libdisni.so";

    private final Path installed;
    private final String bundled;

    private NativeLibrary(Path installed, String bundled) {
        this.installed = installed;
        this.bundled = bundled;
    }

    /**
     * The library to load: an installed one before the bundled one, so that an administrator can choose.
     *
     * @throws PmuException {@code VERBS_NOT_AVAILABLE} if there is neither
     */
    static NativeLibrary find() throws PmuException {
        Optional<Path> installed = findInstalled();
        if (installed.isPresent()) {
            return new NativeLibrary(installed.get(), null);
        }
        String resource = resource();
        if (NativeLibrary.class.getClassLoader().getResource(resource) == null) {
            throw new PmuException(
                    ErrorCode.VERBS_NOT_AVAILABLE,
                    "no " + FILE + ": this archive has been built without one for " + platform()
                            + ", and no folder of java.library.path (" + System.getProperty("java.library.path")
                            + ") has one. Build this project on such a machine with a C compiler and rdma-core's headers"
                            + " (Debian: gcc libibverbs-dev librdmacm-dev), or install DiSNI's own library");
        }
        return new NativeLibrary(null, resource);
    }

    private static Optional<Path> findInstalled() {
        for (String folder : System.getProperty("java.library.path", "").split(File.pathSeparator, -1)) {
            Path file = Path.of(folder).resolve(FILE).toAbsolutePath();
            if (!folder.isEmpty() && Files.isRegularFile(file)) {
                return Optional.of(file);
            }
        }
        return Optional.empty();
    }

    /** The platform's name in the archive: processors as the operating system names them. */
    static String platform() {
        String processor = System.getProperty("os.arch");
        return "linux-" + ("amd64".equals(processor) ? "x86_64" : processor);
    }

    private static String resource() {
        return "org/pmuconnector/native/" + platform() + "/" + FILE;
    }

    /** The file to load as it is; empty if it can only be loaded as a copy. */
    Optional<Path> file() {
        return Optional.ofNullable(installed);
    }

    /** A copy in a new folder that nobody else may enter. */
    Path copy() throws IOException {
        Path folder = Files.createTempDirectory("pmu-verbs-");
        Path copy = folder.resolve(FILE);
        try (InputStream bytes = open()) {
            Files.copy(bytes, copy);
            return copy;
        } catch (IOException e) {
            deleteCopy(copy);
            throw e;
        }
    }

    private InputStream open() throws IOException {
        return installed == null
                ? NativeLibrary.class.getClassLoader().getResourceAsStream(bundled)
                : Files.newInputStream(installed);
    }

    /** Deletes a copy and its folder; a library that is loaded stays so. */
    static void deleteCopy(Path copy) throws IOException {
        Files.deleteIfExists(copy);
        Files.deleteIfExists(copy.getParent());
    }

    /** Where it is, for people. */
    @Override
    public String toString() {
        return installed == null ? "bundled for " + platform() : installed.toString();
    }
}
