package org.pmuconnector.verbs;

import java.nio.file.Files;
import java.nio.file.Path;

/** The library that this build has made, where it could. */
public final class LibraryFile {

    /** Keeps Java 24 and newer from warning of native code on the stream that tests read. */
    public static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    private LibraryFile() {}

    /** Where it is, if it is. */
    public static Path path() {
        return Path.of("target/classes/org/pmuconnector/native", NativeLibrary.platform(), "libdisni.so")
                .toAbsolutePath();
    }

    /** Whether it is there: the build says in one line why it is not. */
    public static boolean isBuilt() {
        return Files.exists(path());
    }
}
