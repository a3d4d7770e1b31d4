package org.pmuconnector.sample.generator;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import org.pmuconnector.sample.book.LobsterFormat;

/** Prints generated order flow as a LOBSTER message file. */
public final class GenerateOrders {

    private static final int DEFAULT_COUNT = 2_000;
    private static final long DEFAULT_SEED = 1;

    private static final String USAGE = """
            Usage: GenerateOrders [--count N] [--seed S]
            Prints N messages (2000 unless told) of one instrument in the LOBSTER message format:
            time,type,order id,size,price,direction. The same seed S (1 unless told) gives the same messages.
            """;

    private GenerateOrders() {}

    /** Exit code 0 if all was written, 1 if the output failed, 2 if the arguments are wrong. */
    public static void main(String[] arguments) {
        System.exit(run(System.out, System.err, arguments));
    }

    static int run(PrintStream out, PrintStream err, String... arguments) {
        int count = DEFAULT_COUNT;
        long seed = DEFAULT_SEED;
        Iterator<String> rest = Arrays.asList(arguments).iterator();
        try {
            while (rest.hasNext()) {
                String option = rest.next();
                switch (option) {
                    case "--help" -> {
                        out.print(USAGE);
                        return 0;
                    }
                    case "--count" -> count = count(value(option, rest));
                    case "--seed" -> seed = Long.parseLong(value(option, rest));
                    default -> throw new IllegalArgumentException("unknown argument " + option);
                }
            }
        } catch (IllegalArgumentException wrong) {
            err.println("GenerateOrders: " + wrong.getMessage());
            err.print(USAGE);
            return 2;
        }
        return write(out, err, count, seed);
    }

    private static int count(String text) {
        int count = Integer.parseInt(text);
        if (count < 0) {
            throw new IllegalArgumentException("--count must be 0 or more, found " + count);
        }
        return count;
    }

    private static String value(String option, Iterator<String> rest) {
        if (!rest.hasNext()) {
            throw new IllegalArgumentException(option + " needs a number");
        }
        return rest.next();
    }

    private static int write(PrintStream out, PrintStream err, int count, long seed) {
        OrderFlow flow = new OrderFlow(seed);
        try {
            Writer lines = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.US_ASCII));
            for (int index = 0; index < count; index++) {
                lines.write(LobsterFormat.format(flow.next()));
                lines.write('\n');
            }
            lines.flush();
        } catch (IOException failed) {
            err.println("GenerateOrders: writing failed: " + failed.getMessage());
            return 1;
        }
        // A print stream keeps its failures to itself.
        return out.checkError() ? 1 : 0;
    }
}
