package org.pmuconnector.it.vm;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A run of a module's tests tagged {@code rdma} on one kind of RDMA device: in a machine, by JUnit's console launcher. A
 * test that one of the devices is nothing for has the other one's tag, {@code rxe-only} or {@code siw-only}.
 */
final class SuiteRun {

    private static final Duration MACHINE_PATIENCE = Duration.ofMinutes(20);
    private static final Duration PATIENCE = MACHINE_PATIENCE.plusMinutes(1);
    private static final Duration TEST_PATIENCE = Duration.ofMinutes(3);
    private static final int LAST_LINES = 30;

    /** For units on hugetlbfs, 2 MiB each. */
    private static final int HUGE_PAGES = 64;

    private final String device;
    private final Path module;
    private final Path directory;
    private long millis;

    /**
     * A run to come.
     *
     * @param device {@code rxe} or {@code siw}
     * @param module the module's folder, built
     * @param directory for reports and output; emptied of those of an earlier run
     */
    SuiteRun(String device, Path module, Path directory) {
        this.device = device;
        this.module = module;
        this.directory = directory;
    }

    /** Where the output of the last run is. */
    Path output() {
        return directory.resolve("output.txt");
    }

    /**
     * Boots a machine and runs the tests in it. What went wrong beside the tests comes as one more, named "run".
     *
     * @param temporary a folder for files of the machine's
     */
    List<SuiteTest> run(Path temporary) throws IOException, InterruptedException, TimeoutException {
        clear();
        long began = System.nanoTime();
        int status;
        String output;
        try (RdmaVm machine = RdmaVm.start(temporary, machineArguments())) {
            status = machine.awaitEnd(PATIENCE);
            output = machine.output();
        }
        millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
        Files.writeString(output(), output + "\n");
        List<SuiteTest> tests = new ArrayList<>(SuiteReport.read(directory));
        if (tests.isEmpty() || (status != 0 && tests.stream().allMatch(test -> test.problem() == null))) {
            tests.add(new SuiteTest(
                    "run",
                    tests.size() + " tests have run, the status is " + status + ", and the output ends\n"
                            + lastLines(output)));
        }
        return tests;
    }

    private static String lastLines(String output) {
        List<String> lines = output.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    }

    /** How long the last run took, with the machine's boot. */
    long millis() {
        return millis;
    }

    private void clear() throws IOException {
        Files.createDirectories(directory);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    private List<String> machineArguments() throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--share",
                directory.toString(),
                "--timeout",
                String.valueOf(MACHINE_PATIENCE.toSeconds()),
                "--hugepages",
                String.valueOf(HUGE_PAGES)));
        if (device.equals("siw")) {
            arguments.add("--siw");
        }
        // The tests find what the build has made by paths relative to their module.
        arguments.addAll(List.of("--", "env", "--chdir=" + module));
        arguments.addAll(java());
        arguments.addAll(launcher());
        return arguments;
    }

    private List<String> java() throws IOException {
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:ErrorFile=" + directory.resolve("crash-%p.txt"),
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.library.path=" + module.resolve("target/classes/org/pmuconnector/native/linux-x86_64"),
                "-Dslf4j.internal.verbosity=ERROR",
                "-Drdma.device=" + device,
                "-Drdma.cycles=" + System.getProperty("rdma.cycles")));
        Stream.of(System.getProperty("rdma.suite.options", "").split(" "))
                .filter(option -> !option.isEmpty())
                .forEach(java::add);
        Path target = module.resolve("target");
        String classPath = Files.readString(target.resolve("test-class-path")).strip();
        java.addAll(List.of("-cp", target.resolve("test-classes") + ":" + target.resolve("classes") + ":" + classPath));
        return java;
    }

    private List<String> launcher() {
        return List.of(
                "org.junit.platform.console.ConsoleLauncher",
                "execute",
                "--scan-class-path=" + module.resolve("target/test-classes"),
                "--include-classname=" + System.getProperty("rdma.suite.classes"),
                // Others read every class again.
                "--include-engine=junit-jupiter",
                "--include-tag=rdma",
                "--exclude-tag=" + (device.equals("rxe") ? "siw-only" : "rxe-only"),
                "--fail-if-no-tests",
                "--reports-dir=" + directory,
                "--details=testfeed",
                "--disable-banner",
                "--disable-ansi-colors",
                // Interrupting a thread does not end a native call: whoever waits for one too long is left behind.
                "--config=junit.jupiter.execution.timeout.thread.mode.default=SEPARATE_THREAD",
                "--config=junit.jupiter.execution.timeout.default=" + TEST_PATIENCE.toSeconds() + " s",
                "--config=junit.jupiter.execution.timeout.threaddump.enabled=true");
    }
}
