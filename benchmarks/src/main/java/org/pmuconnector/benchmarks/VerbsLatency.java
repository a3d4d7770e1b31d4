package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.logging.LogManager;
import org.pmuconnector.control.wire.Level;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * What a transport adds to what its device takes: how long a write with a flush takes at each level, and a read, over a
 * connection to a unit that {@code pmu serve} serves, beside the same work requests posted by a C program, the yardstick,
 * in the same run. Rounds of both take turns, so that what else the machine does hits both alike.
 *
 * <pre>
 * java --add-exports java.base/sun.nio.ch=ALL-UNNAMED -cp benchmarks/target/benchmarks.jar \
 *     org.pmuconnector.benchmarks.VerbsLatency HOST [BYTES [OPERATIONS [ROUNDS]]]
 * </pre>
 */
@Command(
        name = "VerbsLatency",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = {
            "Measures write + flush VISIBLE, write + flush PERSISTENT and read over a transport, beside the same work "
                    + "requests in C, with both ends on this machine. Prints medians, and the ratio of Java to C."
        })
public final class VerbsLatency implements Callable<Integer> {

    private static final int MAX_LENGTH_BYTES = 1 << 20;
    private static final int MAX_OPERATIONS = 10_000_000;
    private static final int MAX_ROUNDS = 1_000;

    @Parameters(
            index = "0",
            paramLabel = "[verbs://|iwarp://]HOST",
            description = "The address of an RDMA device of this machine; for iwarp:// any address of it.")
    private String host;

    @Parameters(index = "1", arity = "0..1", paramLabel = "BYTES", defaultValue = "4096", description = "8 to 1048576.")
    private int lengthBytes;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "OPERATIONS",
            defaultValue = "2000",
            description = "Of each kind in a round, 1 to 10000000.")
    private int operations;

    @Parameters(
            index = "3",
            arity = "0..1",
            paramLabel = "ROUNDS",
            defaultValue = "10",
            description = "1 to 1000, and one before them for the compilers.")
    private int rounds;

    @Option(
            names = "--poll-micros",
            paramLabel = "N",
            defaultValue = "50",
            description = "How long both ends, of both, poll before they block, 0 to 1000.")
    private int pollMicros;

    @Option(
            names = "--memory-folder",
            paramLabel = "FOLDER",
            defaultValue = "/dev/shm",
            description = "Where the unit for 'visible' and 'read' is made.")
    private Path memoryFolder;

    @Option(
            names = "--unit-folder",
            paramLabel = "FOLDER",
            defaultValue = "${sys:java.io.tmpdir}",
            description = "Where the unit for 'persistent' is made, and the yardstick's file: on a disk.")
    private Path unitFolder;

    @Option(
            names = "--yardstick",
            paramLabel = "PROGRAM",
            description =
                    "The C program. Left out, it is the one that the build makes for verbs://, and none for iwarp://.")
    private Path yardstick;

    @Spec
    private CommandSpec spec;

    private final Map<Operation, List<Quantiles>> ofJava = new EnumMap<>(Operation.class);
    private final Map<Operation, List<Quantiles>> ofC = new EnumMap<>(Operation.class);

    /** Runs the command line and ends the process. */
    public static void main(String[] args) {
        // Only figures are of interest here.
        LogManager.getLogManager().reset();
        System.exit(new CommandLine(new VerbsLatency())
                .setExecutionExceptionHandler(VerbsLatency::explain)
                .execute(args));
    }

    /** One line for what the machine or the command line is the reason of; a defect shows where it is. */
    private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        if (!(failure instanceof IOException) && !(failure instanceof PmuException)) {
            throw failure;
        }
        command.getErr().println("VerbsLatency: " + failure.getMessage());
        command.getErr().flush();
        return 1;
    }

    @Override
    public Integer call() throws IOException, PmuException {
        require(lengthBytes >= 8 && lengthBytes <= MAX_LENGTH_BYTES, "BYTES is 8 to " + MAX_LENGTH_BYTES);
        require(operations >= 1 && operations <= MAX_OPERATIONS, "OPERATIONS is 1 to " + MAX_OPERATIONS);
        require(rounds >= 1 && rounds <= MAX_ROUNDS, "ROUNDS is 1 to " + MAX_ROUNDS);
        require(
                pollMicros >= 0 && pollMicros <= FabricOptions.MAX_POLL_MICROS,
                "--poll-micros is 0 to " + FabricOptions.MAX_POLL_MICROS);
        UnitAddress listen = UnitAddress.parse(host.contains("://") ? host : "verbs://" + host);
        require(
                listen.transport() == UnitAddress.Transport.VERBS || listen.transport() == UnitAddress.Transport.IWARP,
                "the address is verbs://HOST or iwarp://HOST");
        for (Path folder : List.of(memoryFolder, unitFolder)) {
            require(Files.isDirectory(folder), folder + " is no folder");
        }
        if (yardstick == null && listen.transport() == UnitAddress.Transport.VERBS) {
            yardstick = Yardstick.built();
        }
        if (yardstick == null) {
            measure(listen, null, null);
            return 0;
        }
        Path file =
                unitFolder.resolve("verbs-yardstick-" + ProcessHandle.current().pid());
        try (Yardstick inMemory = Yardstick.serve(yardstick, listen.host(), pollMicros, null);
                Yardstick inFile = Yardstick.serve(yardstick, listen.host(), pollMicros, file)) {
            measure(listen, inMemory, inFile);
        }
        return 0;
    }

    private void require(boolean right, String what) {
        if (!right) {
            throw new ParameterException(spec.commandLine(), what);
        }
    }

    /** Both yardsticks, or none. */
    private void measure(UnitAddress listen, Yardstick inMemory, Yardstick inFile) throws IOException, PmuException {
        try (UnitProcess memoryUnit = UnitProcess.serve(memoryFolder, listen, pollMicros);
                UnitProcess fileUnit = UnitProcess.serve(unitFolder, listen, pollMicros);
                MeasuredRegion memoryRegion = MeasuredRegion.open(memoryUnit, Level.VISIBLE, pollMicros);
                MeasuredRegion fileRegion = MeasuredRegion.open(fileUnit, Level.PERSISTENT, pollMicros)) {
            for (int round = -1; round < rounds; round++) {
                for (Operation operation : Operation.values()) {
                    boolean isPersistent = operation == Operation.PERSISTENT;
                    Yardstick c = isPersistent ? inFile : inMemory;
                    if (c != null) {
                        add(ofC, operation, round, c.measure(operation, lengthBytes, operations));
                    }
                    MeasuredRegion java = isPersistent ? fileRegion : memoryRegion;
                    add(ofJava, operation, round, java.measure(operation, lengthBytes, operations));
                }
            }
        }
        report(listen);
    }

    /** The round before the first is for the compilers. */
    private static void add(Map<Operation, List<Quantiles>> all, Operation operation, int round, Quantiles quantiles) {
        if (round >= 0) {
            all.computeIfAbsent(operation, any -> new ArrayList<>()).add(quantiles);
        }
    }

    private void report(UnitAddress listen) {
        System.out.printf(
                Locale.ROOT,
                "%s on %s: %d bytes, %d rounds of %d operations, polling %d us, %d processors%n",
                listen.transport().name().toLowerCase(Locale.ROOT),
                listen.host(),
                lengthBytes,
                rounds,
                operations,
                pollMicros,
                Runtime.getRuntime().availableProcessors());
        for (Operation operation : Operation.values()) {
            List<Quantiles> java = ofJava.get(operation);
            List<Quantiles> c = ofC.get(operation);
            System.out.printf(
                    "%-10s  %sJava: %s%s%n",
                    operation.text(), c == null ? "" : "C: " + shown(c) + "   ", shown(java), ratio(java, c));
        }
    }

    private static String shown(List<Quantiles> rounds) {
        return String.format(
                Locale.ROOT,
                "median %s us, p99 %.1f us",
                spread(rounds, Quantiles::medianMicros, 1),
                middle(sorted(rounds, Quantiles::p99Micros)));
    }

    private static String ratio(List<Quantiles> java, List<Quantiles> c) {
        if (c == null) {
            return "";
        }
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < java.size(); round++) {
            ratios.add(java.get(round).medianMicros() / c.get(round).medianMicros());
        }
        return "   ratio Java/C " + spread(ratios, ratio -> ratio, 2);
    }

    /** The middle one of the rounds' values, and the least and the greatest. */
    private static <T> String spread(List<T> rounds, ToDoubleFunction<T> value, int decimals) {
        double[] sorted = sorted(rounds, value);
        String number = "%." + decimals + "f";
        return String.format(
                Locale.ROOT,
                number + " (" + number + " to " + number + ")",
                middle(sorted),
                sorted[0],
                sorted[sorted.length - 1]);
    }

    private static <T> double[] sorted(List<T> rounds, ToDoubleFunction<T> value) {
        return rounds.stream().mapToDouble(value).sorted().toArray();
    }

    private static double middle(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
