package org.pmuconnector.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.pmu.firmware.OtherProcess;

/**
 * Does something over and over in a process of its own, and compares what the process has, to the piece, when all that is
 * made once has been made and at the end: native allocations, direct buffers, descriptors, mappings and objects of the
 * device, memory regions and queue pairs among them.
 */
public final class LeakCheck {

    private static final int WARM_UP_DIVISOR = 5;

    /** How many cycles' direct buffers are there at a time: they go with their objects. */
    private static final int COLLECTED = 50;

    /** How many measurements in a row are alike when nothing goes any more. */
    private static final int SETTLED = 3;

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private static long mostAllocations;

    private LeakCheck() {}

    /** What is done in each cycle, all of which it undoes. */
    public interface Cycle {

        /** Once. */
        void run() throws Exception;
    }

    /** Starts a class that {@link #repeat repeats} its first argument's number of times; nothing may be left. */
    public static void assertNothingIsLeft(Class<?> main, int cycles, String... arguments) throws Exception {
        Map<String, Integer> before = DeviceResources.count();
        List<String> options = List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                LibraryFile.NATIVE_ACCESS,
                "-Dslf4j.internal.verbosity=ERROR",
                "-Djava.library.path=" + LibraryFile.path().getParent());
        List<String> all = new ArrayList<>(List.of(String.valueOf(cycles)));
        all.addAll(List.of(arguments));
        OtherProcess process = OtherProcess.start(
                Map.of("LD_PRELOAD", NativeAllocations.preload()), options, main, all.toArray(String[]::new));
        List<String> measured = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String line = process.nextLine(); line != null; line = process.nextLine()) {
            (line.startsWith("has ") ? measured : others).add(line);
        }
        System.out.println(cycles + " cycles: " + String.join("; ", measured));

        assertThat(process.await()).as(others.toString()).isZero();
        assertThat(measured)
                .as(others.toString())
                .hasSize(2)
                .allMatch(line -> line.matches("has \\d+ native allocations, .*"));
        DeviceResources.await(before);
    }

    /** In that process: does it so many times, and prints what there is, once after a fifth of them and once at the end. */
    public static void repeat(int cycles, Cycle cycle) throws Exception {
        // Once, so that all libraries are there.
        cycle.run();
        assertThat(NativeAllocations.watch()).isPositive();
        int warm = cycles / WARM_UP_DIVISOR;
        Holdings first = null;
        for (int number = 1; number <= cycles; number++) {
            cycle.run();
            if (number % COLLECTED == 0) {
                System.gc();
            }
            if (number == warm) {
                first = settled();
                System.out.println(first);
            }
        }
        // What goes with garbage, or at the device's leisure, may take a moment.
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        Holdings last = Holdings.measure();
        while (!last.isNoMoreThan(first) && System.nanoTime() < deadline) {
            last = Holdings.measure();
        }
        System.out.println(last);
        assertThat(last.isNoMoreThan(first)).as("%s, before: %s", last, first).isTrue();
        assertThat(mostAllocations).as("native allocations of what is there").isPositive();
    }

    /** To be called in a cycle while there is what it makes: shows that it would be counted. */
    public static void whileThere() {
        mostAllocations = Math.max(mostAllocations, NativeAllocations.outstanding());
    }

    /** What there is when garbage has gone, and with it what belonged to it: the same a few times in a row. */
    private static Holdings settled() throws IOException, InterruptedException {
        Holdings latest = Holdings.measure();
        for (int same = 0; same < SETTLED; ) {
            Holdings next = Holdings.measure();
            same = next.equals(latest) ? same + 1 : 0;
            latest = next;
        }
        return latest;
    }
}
