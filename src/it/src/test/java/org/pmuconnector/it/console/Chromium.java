package org.pmuconnector.it.console;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The browser that is installed on this machine; the build downloads none. */
final class Chromium {

    /** What to tell whoever has none. */
    static final String MISSING = "Chromium is not on the path (Debian: apt install chromium)";

    /** What it is called by Debian, by others, and the one with a maker's name. */
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");

    private Chromium() {}

    /** Its program, if there is one on the path. */
    static Optional<Path> installed() {
        List<String> folders = Arrays.asList(
                Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator));
        return NAMES.stream()
                .flatMap(name -> folders.stream().map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
