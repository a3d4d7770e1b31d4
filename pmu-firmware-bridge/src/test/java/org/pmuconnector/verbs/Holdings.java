package org.pmuconnector.verbs;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** What this process has of all that can leak over the native library, to the piece. */
record Holdings(
        long nativeAllocations,
        long directBuffers,
        long descriptors,
        long deviceMappings,
        Map<String, Integer> deviceResources) {

    Holdings {
        deviceResources = Map.copyOf(deviceResources);
    }

    static Holdings measure() throws IOException, InterruptedException {
        System.gc();
        return new Holdings(
                NativeAllocations.outstanding(),
                directBuffersNow(),
                descriptorsNow(),
                Files.readAllLines(Path.of("/proc/self/maps")).stream()
                        .filter(line -> line.contains("infiniband"))
                        .count(),
                DeviceResources.count());
    }

    /**
     * Whether nothing came to what there was. All but the buffers must be the same: they are let go in a cycle. A buffer
     * may also have belonged to a thread of a pool, and have ended with it.
     */
    boolean isNoMoreThan(Holdings before) {
        return directBuffers <= before.directBuffers
                && equals(new Holdings(
                        before.nativeAllocations,
                        directBuffers,
                        before.descriptors,
                        before.deviceMappings,
                        before.deviceResources));
    }

    @Override
    public String toString() {
        return "has " + nativeAllocations + " native allocations, " + directBuffers + " direct buffers, " + descriptors
                + " descriptors, " + deviceMappings + " mappings of the device, " + deviceResources;
    }

    private static long directBuffersNow() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getCount)
                .sum();
    }

    private static long descriptorsNow() throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        }
    }
}
