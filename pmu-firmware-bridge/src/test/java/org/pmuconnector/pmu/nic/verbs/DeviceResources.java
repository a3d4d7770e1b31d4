package org.pmuconnector.pmu.nic.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What there is at the RDMA device, of all processes: as {@code rdma resource show} counts it. */
final class DeviceResources {

    private static final Pattern COUNT = Pattern.compile("\\b(pd|cq|qp|cm_id|mr) (\\d+)");
    private static final int KINDS = 5;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private DeviceResources() {}

    /** How many protection domains, completion queues, queue pairs, connection manager's ids and memory regions. */
    static Map<String, Integer> count() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("rdma", "resource", "show")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, Integer> counts = new TreeMap<>();
        Matcher matcher = COUNT.matcher(output);
        while (matcher.find()) {
            counts.merge(matcher.group(1), Integer.valueOf(matcher.group(2)), Integer::sum);
        }
        if (process.waitFor() != 0 || counts.size() != KINDS) {
            throw new IOException("'rdma resource show' says: " + output);
        }
        return counts;
    }

    /** Waits until there is as much as that; what a connection had is given back after its end. */
    static void await(Map<String, Integer> wanted) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        Map<String, Integer> counts = count();
        while (!counts.equals(wanted)) {
            assertThat(System.nanoTime() - deadline)
                    .as("%s instead of %s", counts, wanted)
                    .isNegative();
            counts = count();
        }
    }
}
