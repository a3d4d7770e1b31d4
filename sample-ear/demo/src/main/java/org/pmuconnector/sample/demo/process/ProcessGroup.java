package org.pmuconnector.sample.demo.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Processes and a directory that must not outlive this program. Closing the group, the end of the virtual machine and a
 * signal to it kill every process with all that it started, and delete the directory. If the virtual machine itself is
 * killed, {@link OrphanGuard} does. Safe for use by many threads.
 */
public final class ProcessGroup implements AutoCloseable {

    private static final Duration END_TIMEOUT = Duration.ofSeconds(10);

    private final Path directory;
    private final List<ChildProcess> children = new ArrayList<>();
    private final Thread hook = new Thread(this::closeNow, "process-group-close");
    private final GuardLink guard;
    private boolean closed;
    private boolean keepFiles;

    private ProcessGroup(Path directory, GuardLink guard) {
        this.directory = directory;
        this.guard = guard;
    }

    /**
     * An empty group.
     *
     * @param parent an existing directory in which the group makes its own
     */
    public static ProcessGroup create(Path parent) throws IOException {
        Path directory = Files.createTempDirectory(Files.createDirectories(parent), "run-")
                .toAbsolutePath();
        ProcessGroup group = new ProcessGroup(directory, GuardLink.start(directory));
        Runtime.getRuntime().addShutdownHook(group.hook);
        return group;
    }

    /** The group's directory; deleted with the group. */
    public Path directory() {
        return directory;
    }

    /** Starts a process in the group's directory, with its output in {@code NAME.log} there. */
    public synchronized ChildProcess start(String name, List<String> command) throws IOException {
        if (closed) {
            throw new IOException("the process group is closed");
        }
        ChildProcess child = ChildProcess.start(name, command, directory, directory.resolve(name + ".log"));
        children.add(child);
        guard.add(child.pid());
        return child;
    }

    /** Leaves the directory when the group is closed, for whoever wants to read the logs. */
    public synchronized void keepFiles() {
        keepFiles = true;
    }

    /** Deletes the directory with the group, as it does unless told to keep it. */
    public synchronized void deleteFiles() {
        keepFiles = false;
    }

    /** Kills all processes and returns when they have ended. */
    @Override
    public void close() {
        closeNow();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // Then the hook runs already, and has found the group closed or closes it.
            return;
        }
    }

    private synchronized void closeNow() {
        if (closed) {
            return;
        }
        closed = true;
        List<ProcessHandle> handles = new ArrayList<>();
        for (ChildProcess child : children) {
            ProcessHandle.of(child.pid()).ifPresent(handle -> {
                handle.descendants().forEach(handles::add);
                handles.add(handle);
            });
        }
        handles.forEach(ProcessHandle::destroyForcibly);
        handles.forEach(ProcessGroup::awaitEnd);
        if (!keepFiles) {
            deleteTree(directory);
        }
        guard.close();
    }

    private static void awaitEnd(ProcessHandle handle) {
        try {
            handle.onExit().get(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException stuck) {
            System.err.println("process " + handle.pid() + " has not ended: " + stuck);
        }
    }

    /** Deletes a directory and all in it; what is gone already is no failure. */
    static void deleteTree(Path root) {
        try {
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                    if (failure instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw failure;
                }
            });
        } catch (IOException undeletable) {
            throw new UncheckedIOException("the directory " + root + " cannot be deleted", undeletable);
        }
    }
}
