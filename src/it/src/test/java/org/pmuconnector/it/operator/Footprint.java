package org.pmuconnector.it.operator;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;

/**
 * What a server's process holds that deployments could leave behind.
 *
 * @param adapters how many class loaders have the adapter's classes
 * @param metaspaceKib used by classes
 * @param threads of Java
 * @param descriptors open files and sockets
 * @param directBuffers buffers outside of the heap
 */
public record Footprint(long adapters, long metaspaceKib, long threads, long descriptors, long directBuffers) {

    private static final Pattern ASSIGNMENT = Pattern.compile("(\\w+)=(\\d+)");

    /** Collects garbage, and then looks. */
    static Footprint collect() throws IOException, JMException {
        Traces.collectGarbage();
        return new Footprint(
                Traces.adapterLoaders(),
                ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(pool -> pool.getName().equals("Metaspace"))
                        .mapToLong(Footprint::usedKib)
                        .sum(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                Traces.openFiles(),
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getCount)
                        .sum());
    }

    private static long usedKib(MemoryPoolMXBean pool) {
        return pool.getUsage().getUsed() / 1024;
    }

    /** What {@link #toString} of a process's footprint has said. */
    public static Footprint parse(String text) {
        Map<String, Long> values = ASSIGNMENT
                .matcher(text)
                .results()
                .collect(Collectors.toMap(match -> match.group(1), match -> Long.valueOf(match.group(2))));
        if (values.size() != Footprint.class.getRecordComponents().length) {
            throw new IllegalArgumentException("no footprint: " + text);
        }
        return new Footprint(
                values.get("adapters"),
                values.get("metaspaceKib"),
                values.get("threads"),
                values.get("descriptors"),
                values.get("directBuffers"));
    }
}
