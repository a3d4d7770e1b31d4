package org.pmuconnector.sample.demo.process;

import java.nio.file.Path;

/** The Java that this program runs on. */
final class JavaCommand {

    private JavaCommand() {}

    static String javaExecutable() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
