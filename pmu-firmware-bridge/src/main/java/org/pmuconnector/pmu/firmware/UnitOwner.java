package org.pmuconnector.pmu.firmware;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * Who has a unit's file open: a note beside it for other processes, and a mark for everyone in this Java virtual machine.
 *
 * <p>The file lock alone is not enough inside one virtual machine: on POSIX systems closing any channel of a file gives up
 * all locks that the process has on it, so a second adapter that merely tried to open the unit would take the lock from
 * the first. The mark is looked at before the file is touched. It is a system property because that is what all class
 * loaders of a virtual machine share.
 */
final class UnitOwner {

    private static final String MARK_PREFIX = "org.pmuconnector.unit.open.";
    private static final int LONGEST_NOTE = 512;

    private UnitOwner() {}

    /**
     * Marks the file as open in this virtual machine.
     *
     * @return the mark, for {@link #unmark}
     * @throws PmuException {@code UNIT_IN_USE} if it is marked
     */
    static String mark(Path file) throws IOException, PmuException {
        Object identity = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        String mark = MARK_PREFIX + (identity == null ? file.toRealPath() : identity);
        Object present = System.getProperties().putIfAbsent(mark, describe());
        if (present != null) {
            throw inUse(file, present.toString());
        }
        return mark;
    }

    static void unmark(String mark) {
        System.getProperties().remove(mark);
    }

    /** Leaves the note beside a file that this process has just locked. */
    static void writeNote(Path file) throws IOException {
        Files.writeString(noteFile(file), describe() + "\n");
    }

    static void removeNote(Path file) throws IOException {
        Files.deleteIfExists(noteFile(file));
    }

    /** The error for a file that another process has locked. */
    static PmuException inUse(Path file) {
        String note;
        try {
            note = Files.readString(noteFile(file)).strip();
        } catch (IOException e) {
            note = "";
        }
        return inUse(file, note.isEmpty() || note.length() > LONGEST_NOTE ? "a process that left no note" : note);
    }

    private static PmuException inUse(Path file, String owner) {
        return new PmuException(
                ErrorCode.UNIT_IN_USE,
                "unit " + file + " is in use by " + owner + "; stop that one, or reach it through its network address");
    }

    private static Path noteFile(Path file) {
        return file.resolveSibling(file.getFileName() + ".owner");
    }

    private static String describe() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "an unnamed host";
        }
        return "process " + ProcessHandle.current().pid() + " on " + host + " since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }
}
