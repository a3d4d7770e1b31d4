package org.pmuconnector.sample.demo.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A small program that reads process ids from its standard input. If the input ends before it was dismissed, the
 * program that wrote to it has been killed: the guard kills those processes and deletes their directory, and ends.
 */
public final class OrphanGuard {

    /** The line that dismisses the guard. */
    static final String DISMISSED = "dismissed";

    private OrphanGuard() {}

    /** Ends when dismissed, or when its work is done. {@code arguments[0]} is the directory. */
    public static void main(String[] arguments) throws IOException {
        // Opened before anything else can fail: a process that has ended may have its id taken by a stranger, so what
        // counts is the handle, which knows when its process started.
        List<ProcessHandle> guarded = new ArrayList<>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals(DISMISSED)) {
                return;
            }
            ProcessHandle.of(Long.parseLong(line)).ifPresent(guarded::add);
        }
        for (ProcessHandle handle : guarded) {
            List<ProcessHandle> descendants = handle.descendants().toList();
            handle.destroyForcibly();
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
        guarded.forEach(handle -> handle.onExit().join());
        ProcessGroup.deleteTree(Path.of(arguments[0]));
    }
}
