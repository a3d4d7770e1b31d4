package org.pmuconnector.sample.demo;

import java.io.PrintStream;
import java.util.Locale;

/** Prints the demonstration's progress, each line with the seconds since it began. */
final class Console {

    private final PrintStream out;
    private final long startNanos = System.nanoTime();

    Console(PrintStream out) {
        this.out = out;
    }

    void step(String text) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        line(String.format(Locale.ROOT, "[%5.1f s] %s", seconds, text));
    }

    void fact(String name, Object value) {
        line(String.format(Locale.ROOT, "  %-38s %s", name, value));
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }
}
