package org.pmuconnector.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A second process, of the same class path if it is a Java one, which serves on a port that its first line ends with. It
 * ends when its standard input does, so that none is left behind however this process ends.
 */
final class ChildProcess implements AutoCloseable {

    private static final int CLOSE_WAIT_SECONDS = 10;

    /** A port alone, or an address before it. */
    private static final Pattern PORT = Pattern.compile("(?:.*:)?(\\d{1,5})");

    private final Process process;
    private final BufferedReader output;
    private final int port;

    private ChildProcess(Process process, BufferedReader output, int port) {
        this.process = process;
        this.output = output;
        this.port = port;
    }

    static ChildProcess start(Class<?> mainClass, String... arguments) throws IOException {
        return start(List.of(), mainClass, arguments);
    }

    /** With options for its virtual machine. */
    static ChildProcess start(List<String> machineOptions, Class<?> mainClass, String... arguments) throws IOException {
        return start(machineOptions, System.getProperty("java.class.path"), mainClass, arguments);
    }

    /** With a class path of its own. */
    static ChildProcess startOn(String classPath, Class<?> mainClass, String... arguments) throws IOException {
        return start(List.of(), classPath, mainClass, arguments);
    }

    private static ChildProcess start(
            List<String> machineOptions, String classPath, Class<?> mainClass, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(machineOptions);
        command.addAll(List.of("-cp", classPath, mainClass.getName()));
        command.addAll(List.of(arguments));
        return start(mainClass.getSimpleName(), command);
    }

    /** A program that is none of Java's. */
    static ChildProcess start(Path program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(List.of(arguments));
        return start(program.getFileName().toString(), command);
    }

    private static ChildProcess start(String name, List<String> command) throws IOException {
        Process process =
                new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = output.readLine();
        Matcher matcher = PORT.matcher(line == null ? "" : line);
        if (!matcher.matches()) {
            process.destroy();
            throw new IOException(
                    line == null ? name + " ended before it listened" : name + " said '" + line + "' and no port");
        }
        return new ChildProcess(process, output, Integer.parseInt(matcher.group(1)));
    }

    /** In the child: says on which port it listens, then waits until the parent has gone. */
    static void announceAndWait(int port) throws IOException {
        System.out.println(port);
        awaitEndOfParent();
    }

    /** In the child: waits until the parent has gone. */
    static void awaitEndOfParent() throws IOException {
        while (System.in.read() >= 0) {
            // The parent writes nothing; the end of input is its end.
        }
    }

    /** What a child answers a line with, which is a line, too. */
    interface Answers {
        String to(String question) throws IOException;
    }

    /** In the child: answers each line until the parent has gone. */
    static void answerUntilEndOfParent(Answers answers) throws IOException {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String question = questions.readLine(); question != null; question = questions.readLine()) {
            System.out.println(answers.to(question));
        }
    }

    /** Sends the child a signal by its name, such as {@code STOP}, which nothing of Java's can. */
    void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + name + " ended with status " + status);
        }
    }

    /** Ends the child at once, whatever it is doing. */
    void kill() {
        process.destroyForcibly();
    }

    /** Sends a child that takes questions a line, and returns the line that it answers with. */
    String ask(String line) throws IOException {
        process.getOutputStream().write((line + '\n').getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        String answer = output.readLine();
        if (answer == null) {
            throw new IOException("the process ended instead of answering '" + line + "'");
        }
        return answer;
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** Ends the child as the end of this process would, so that it leaves no file behind; by force if it does not end. */
    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        try {
            if (!process.waitFor(CLOSE_WAIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
