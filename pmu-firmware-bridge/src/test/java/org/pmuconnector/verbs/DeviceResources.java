package org.pmuconnector.verbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many objects the kernel has at the RDMA device, of all processes and its own. */
public final class DeviceResources {

    private static final Pattern COUNT = Pattern.compile("\\b(pd|cq|qp|mr|cm_id) (\\d+)");
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private DeviceResources() {}

    /** By kind, as {@code rdma resource show} names them. */
    public static Map<String, Integer> count() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("rdma", "resource", "show")
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        Map<String, Integer> counts = new TreeMap<>();
        Matcher matcher = COUNT.matcher(output);
        while (matcher.find()) {
            counts.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
        }
        assertThat(counts).as(output).containsOnlyKeys("pd", "cq", "qp", "mr", "cm_id");
        return counts;
    }

    /** Waits until they are these: the kernel may still be at the last ones. */
    public static void await(Map<String, Integer> expected) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        Map<String, Integer> found = count();
        while (!found.equals(expected) && System.nanoTime() < deadline) {
            found = count();
        }
        assertThat(found).as("objects at the device").isEqualTo(expected);
    }
}
