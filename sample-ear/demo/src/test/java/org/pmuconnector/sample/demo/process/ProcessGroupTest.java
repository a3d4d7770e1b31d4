package org.pmuconnector.sample.demo.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProcessGroupTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path parent;

    @Test
    void close_runningProcess_killsItAndWhatItStartedAndDeletesTheDirectory() throws Exception {
        ProcessGroup group = ProcessGroup.create(parent);
        ChildProcess child = group.start("parent", sleepingParent());
        long grandchild = pid(child.awaitOutput(Pattern.compile("started (\\d+)\\."), TIMEOUT));
        assertThat(ProcessHandle.of(grandchild)).isPresent();

        group.close();
        assertThat(child.isAlive()).isFalse();
        assertGone(grandchild);
        assertThat(group.directory()).doesNotExist();
    }

    @Test
    void close_filesToBeKept_leavesTheLogs() throws Exception {
        ProcessGroup group = ProcessGroup.create(parent);
        ChildProcess child = group.start("speaker", java(Speaker.class));
        child.awaitOutput(Pattern.compile("hello"), TIMEOUT);
        group.keepFiles();
        group.close();
        assertThat(child.log()).content().contains("hello");
    }

    @Test
    void start_closedGroup_isRefused() throws Exception {
        ProcessGroup group = ProcessGroup.create(parent);
        group.close();
        group.close();
        assertThatThrownBy(() -> group.start("late", java(Speaker.class))).hasMessage("the process group is closed");
    }

    @Test
    void awaitOutput_processEndsWithoutIt_saysSoWithItsLastOutput() throws Exception {
        try (ProcessGroup group = ProcessGroup.create(parent)) {
            ChildProcess child = group.start("speaker", java(Speaker.class));
            assertThatThrownBy(() -> child.awaitOutput(Pattern.compile("never"), TIMEOUT))
                    .isInstanceOf(ProcessFailedException.class)
                    .hasMessageContaining("speaker (process " + child.pid() + ") ended with exit code 3")
                    .hasMessageEndingWith("hello");
        }
    }

    @Test
    void awaitOutput_timeOver_saysSo() throws Exception {
        try (ProcessGroup group = ProcessGroup.create(parent)) {
            ChildProcess child = group.start("sleeper", java(Sleeper.class));
            assertThatThrownBy(() -> child.awaitOutput(Pattern.compile("never"), Duration.ofMillis(100)))
                    .isInstanceOf(ProcessFailedException.class)
                    .hasMessageContaining("did not become ready");
        }
    }

    @Test
    void stop_processThatEndsItself_doesNotKillIt() throws Exception {
        try (ProcessGroup group = ProcessGroup.create(parent)) {
            ChildProcess child = group.start("sleeper", java(Sleeper.class));
            child.awaitOutput(Pattern.compile("asleep"), TIMEOUT);
            child.stop(TIMEOUT);
            assertThat(child.output()).contains("ended by a signal");
        }
    }

    @Test
    void ownerTerminated_killsTheProcessesAndDeletesTheDirectory() throws Exception {
        assertNothingIsLeftWhenOwnerEnds(false);
    }

    @Test
    void ownerKilled_guardKillsTheProcessesAndDeletesTheDirectory() throws Exception {
        assertNothingIsLeftWhenOwnerEnds(true);
    }

    private void assertNothingIsLeftWhenOwnerEnds(boolean forcibly) throws Exception {
        try (ProcessGroup group = ProcessGroup.create(parent)) {
            ChildProcess owner = group.start("owner", java(Owner.class, parent.toString()));
            Matcher started = owner.awaitOutput(Pattern.compile("started (\\d+) in (\\S+)\\."), TIMEOUT);
            long child = pid(started);
            Path directory = Path.of(started.group(2));
            assertThat(directory).isDirectory();

            // Not ChildProcess.kill: that would do the work of those under test.
            ProcessHandle handle = ProcessHandle.of(owner.pid()).orElseThrow();
            assertThat(forcibly ? handle.destroyForcibly() : handle.destroy()).isTrue();
            owner.awaitEnd(TIMEOUT);
            assertGone(child);
            awaitDeleted(directory);
        }
    }

    private static void assertGone(long pid) throws Exception {
        ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
        if (handle != null) {
            handle.onExit().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static void awaitDeleted(Path directory) {
        long deadline = System.nanoTime() + TIMEOUT.toNanos();
        while (Files.exists(directory) && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(directory).doesNotExist();
    }

    private static long pid(Matcher matcher) {
        return Long.parseLong(matcher.group(1));
    }

    private static List<String> sleepingParent() {
        return java(Parent.class);
    }

    private static List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                JavaCommand.javaExecutable(), "-Xmx32m", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Says something and ends with exit code 3. */
    static final class Speaker {
        private Speaker() {}

        public static void main(String[] arguments) {
            System.out.println("hello");
            System.exit(3);
        }
    }

    /** Sleeps until it is told to end. */
    static final class Sleeper {
        private Sleeper() {}

        public static void main(String[] arguments) throws InterruptedException {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("ended by a signal")));
            System.out.println("asleep");
            Thread.currentThread().join();
        }
    }

    /** Starts a child and waits for it. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            Process child = new ProcessBuilder(java(Sleeper.class)).start();
            System.out.println("started " + child.pid() + ".");
            child.waitFor();
        }
    }

    /** Has a group with one process in it. */
    static final class Owner {
        private Owner() {}

        public static void main(String[] arguments) throws IOException, InterruptedException {
            ProcessGroup group = ProcessGroup.create(Path.of(arguments[0]));
            ChildProcess child = group.start("sleeper", java(Sleeper.class));
            child.awaitOutput(Pattern.compile("asleep"), TIMEOUT);
            System.out.println("started " + child.pid() + " in " + group.directory() + ".");
            Thread.currentThread().join();
        }
    }
}
