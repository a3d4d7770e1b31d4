package org.pmuconnector.it.failover;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The file by which a server is told at which moment of a two-phase commit to end or to wait. */
final class HaltOrder {

    private final Path file;

    HaltOrder(Path file) {
        this.file = file;
    }

    Path file() {
        return file;
    }

    void end(String moment) throws IOException {
        write(moment);
    }

    void hold(String moment) throws IOException {
        write("hold " + moment);
    }

    void cancel() throws IOException {
        Files.deleteIfExists(file);
    }

    /** Whole or not at all, as it is read meanwhile. */
    private void write(String order) throws IOException {
        Path draft = Files.writeString(file.resolveSibling(file.getFileName() + ".draft"), order);
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
