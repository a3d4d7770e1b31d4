package org.pmuconnector.it.vm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The main job on an RDMA device: a unit, a primary and a standby, each a process of its own; the primary is killed, and the
 * standby goes on. Prints {@code RESULT}, and ends with 0 only if nothing is lost or there twice.
 */
public final class MainJob {

    private static final String ADDRESS = "10.0.2.15:4791";
    private static final String REGION = "orders";
    private static final int LEAST_ACKNOWLEDGED = 200;
    private static final int RANDOM_MORE = 400;

    private final String java;
    private final String pmuJar;
    private final String adapterClassPath;
    private final List<Process> children = new ArrayList<>();

    private MainJob(String java, String pmuJar, String adapterClassPath) {
        this.java = java;
        this.pmuJar = pmuJar;
        this.adapterClassPath = adapterClassPath;
    }

    /** {@code JAVA PMU_JAR ADAPTER_CLASS_PATH UNIT SEED}. */
    public static void main(String[] arguments) throws Exception {
        MainJob job = new MainJob(arguments[0], arguments[1], arguments[2]);
        try {
            job.run(Path.of(arguments[3]), new Random(Long.parseLong(arguments[4])));
        } finally {
            job.children.forEach(Process::destroyForcibly);
        }
    }

    private void run(Path unit, Random random) throws IOException, InterruptedException {
        Process daemon = start(List.of(
                "-jar", pmuJar, "serve", unit.toString(), "--listen", "verbs://" + ADDRESS, "--lease-millis", "20000"));
        awaitLine(reader(daemon), "listening on verbs://.*");

        Process primary = adapter("org.pmuconnector.ra.job.Primary");
        BufferedReader acknowledgements = reader(primary);
        awaitLine(acknowledgements, "acknowledged 1");
        Process standby = adapter("org.pmuconnector.ra.job.Standby");
        BufferedReader said = reader(standby);
        awaitLine(said, "reading");

        long acknowledged = awaitNumber(acknowledgements, LEAST_ACKNOWLEDGED + random.nextInt(RANDOM_MORE));
        // Not the Process's own, which closes the stream: what it had printed before it died counts.
        primary.toHandle().destroyForcibly();
        for (String line = acknowledgements.readLine(); line != null; line = acknowledgements.readLine()) {
            acknowledged = numberIn(line, "acknowledged (\\d+)");
        }
        standby.outputWriter().write("take over\n");
        standby.outputWriter().flush();
        String tookOver = awaitLine(said, "took over after .*");
        long recovered = numberIn(awaitLine(said, "recovered .*"), "recovered (\\d+)");
        // The standby's own is the last one; one may have been written and its acknowledgement not printed.
        long lost = Math.max(0, acknowledged + 1 - recovered);
        System.out.println(tookOver);
        System.out.println("RESULT acknowledged=" + acknowledged + " recovered=" + recovered + " lost=" + lost
                + " failoverMillis=" + numberIn(tookOver, "took over after (\\d+) ms.*"));
        System.exit(lost == 0 && recovered <= acknowledged + 2 && standby.waitFor() == 0 ? 0 : 1);
    }

    private Process adapter(String main) throws IOException {
        return start(List.of(
                "--add-exports",
                "java.base/sun.nio.ch=ALL-UNNAMED",
                "-cp",
                adapterClassPath,
                main,
                "verbs://" + ADDRESS,
                REGION,
                VerbsUnitFile.USER,
                VerbsUnitFile.PASSWORD));
    }

    private Process start(List<String> options) throws IOException {
        List<String> command = new ArrayList<>(List.of(java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        children.add(process);
        return process;
    }

    private static BufferedReader reader(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static String awaitLine(BufferedReader output, String pattern) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.matches(pattern)) {
                return line;
            }
        }
        throw new IOException("no line '" + pattern + "' before the end");
    }

    private static long awaitNumber(BufferedReader output, long least) throws IOException {
        long number = 0;
        while (number < least) {
            number = numberIn(awaitLine(output, "acknowledged .*"), "acknowledged (\\d+)");
        }
        return number;
    }

    private static long numberIn(String line, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(line);
        if (!matcher.matches()) {
            throw new IOException("no number in '" + line + "'");
        }
        return Long.parseLong(matcher.group(1));
    }
}
