package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.disni.verbs.IbvSendWR;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.pmuconnector.verbs.disni.Listener.ConnectedPair;

/**
 * Connects two ends, moves bytes and destroys both, over and over. Prints what the process then has, once after a fifth
 * of the cycles, when all that is made once has been made, and once at the end. {@code main(CYCLES)}
 */
final class ConnectionCycles {

    private static final int WARM_UP_DIVISOR = 5;

    /** How many cycles' direct buffers are there at a time: they go with their objects. */
    private static final int COLLECTED = 50;

    private static final int MESSAGE_BYTES = 100;

    private ConnectionCycles() {}

    public static void main(String[] arguments) throws Exception {
        int cycles = Integer.parseInt(arguments[0]);
        try (Listener listener = new Listener()) {
            for (int cycle = 1; cycle <= cycles; cycle++) {
                cycle(listener);
                if (cycle % COLLECTED == 0) {
                    System.gc();
                }
                if (cycle == cycles / WARM_UP_DIVISOR || cycle == cycles) {
                    System.out.println(measure());
                }
            }
        }
    }

    private static void cycle(Listener listener) throws Exception {
        try (ConnectedPair ends = listener.connect()) {
            ends.server().receive(1, MESSAGE_BYTES);
            ends.client().post(IbvSendWR.IBV_WR_SEND, MESSAGE_BYTES, ends.server());
            assertThat(ends.server().complete().getStatus()).isZero();
            ends.client().post(IbvSendWR.IBV_WR_RDMA_WRITE, MESSAGE_BYTES, ends.server());
            assertThat(ends.client().complete().getStatus()).isZero();
            ends.disconnect();
        }
        // What the kernel still had to say of the ids, which are gone.
        assertThat(listener.events.channel().getCmEvent(0)).isNull();
        assertThat(listener.clientEvents.channel().getCmEvent(0)).isNull();
    }

    private static String measure() throws IOException, InterruptedException {
        List<String> mappings = Files.readAllLines(Path.of("/proc/self/maps"));
        return anonymousKib() + " KiB, " + descriptors() + " descriptors, "
                + mappings.stream().filter(line -> line.contains("infiniband")).count()
                + " mappings of the device, " + DeviceResources.count();
    }

    /** The memory that the process has written to: malloc's, and the virtual machine's own. */
    private static String anonymousKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/smaps_rollup")).stream()
                .filter(line -> line.startsWith("Anonymous:"))
                .map(line -> line.replaceAll("\\D", ""))
                .findFirst()
                .orElseThrow();
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        }
    }
}
