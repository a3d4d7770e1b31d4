package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import picocli.CommandLine;

/** What the command {@code pmu} left. */
record PmuRun(int exitCode, String out, String err) {

    /** Runs it in this process. */
    static PmuRun pmu(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Pmu.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        int exitCode = commandLine.execute(
                Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new PmuRun(exitCode, out.toString(), err.toString());
    }
}
