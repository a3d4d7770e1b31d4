package org.pmuconnector.verbs;

import java.nio.file.Path;

/** What native code allocates and does not free, in a process that {@code liballocations.so} is preloaded into. */
final class NativeAllocations {

    private static final Path LIBRARY =
            Path.of("target/native-test/liballocations.so").toAbsolutePath();

    static {
        System.load(LIBRARY.toString());
    }

    private NativeAllocations() {}

    /** What the environment variable {@code LD_PRELOAD} of the process has to be. */
    static String preload() {
        return LIBRARY.toString();
    }

    /** Begins to count, in those of the libraries of the verbs transport that are loaded by now; how many. */
    static native int watch();

    /** How many allocations since then are not freed; -1 if they were too many to count. */
    static native long outstanding();
}
