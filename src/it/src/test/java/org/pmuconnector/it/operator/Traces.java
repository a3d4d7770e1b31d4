package org.pmuconnector.it.operator;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * What a process holds of adapters that use verbs: all that a former deployment could leave behind.
 *
 * @param adapters how many class loaders have the adapter's classes
 * @param loaders class loaders for verbs
 * @param libraries copies of the native library that are mapped
 * @param deviceObjects queue pairs, memory regions and all else at the machine's RDMA devices, at either end of its
 *     connections: the kernel tells whose one is only for as long as the thread lives that has made it
 * @param pinnedKib memory that devices may use
 * @param directBuffers buffers outside of the heap
 * @param threads of Java
 * @param descriptors open files
 * @param residentKib memory that is no file's, Java's heap included
 */
public record Traces(
        long adapters,
        long loaders,
        long libraries,
        long deviceObjects,
        long pinnedKib,
        long directBuffers,
        long threads,
        long descriptors,
        long residentKib) {

    private static final String ADAPTER = "org.pmuconnector.ra.PmuResourceAdapter";
    private static final String LOADER = "org.pmuconnector.verbs.VerbsClassLoader";
    private static final Path PROCESS = Path.of("/proc/self");
    private static final Pattern ASSIGNMENT = Pattern.compile("(\\w+)=(\\d+)");

    /** Collects garbage, and then looks. Native libraries go soon after what was garbage, and not at once. */
    public static Traces collect() throws IOException, JMException, InterruptedException {
        String instances = collectGarbage();
        return new Traces(
                adapterLoaders(),
                sum(instances, "(?m)^ *\\d+: +(\\d+) +\\d+ +\\Q" + LOADER + "\\E\\b"),
                mappedLibraries(),
                objectsAtDevices(),
                status("VmPin"),
                ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getCount)
                        .sum(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                openFiles(),
                status("RssAnon"));
    }

    /** Counts instances, which collects garbage first. */
    static String collectGarbage() throws JMException {
        return diagnose("gcClassHistogram");
    }

    static long adapterLoaders() throws JMException {
        return Pattern.compile(ADAPTER + "/0x", Pattern.LITERAL)
                .matcher(diagnose("vmClassHierarchy", ADAPTER))
                .results()
                .count();
    }

    static long openFiles() {
        String[] files = PROCESS.resolve("fd").toFile().list();
        return files == null ? 0 : files.length;
    }

    /** What {@link #toString} of a process's traces has said. */
    public static Traces parse(String text) {
        Map<String, Long> values = ASSIGNMENT
                .matcher(text)
                .results()
                .collect(Collectors.toMap(match -> match.group(1), match -> Long.valueOf(match.group(2))));
        if (values.size() != Traces.class.getRecordComponents().length) {
            throw new IllegalArgumentException("no traces: " + text);
        }
        return new Traces(
                values.get("adapters"),
                values.get("loaders"),
                values.get("libraries"),
                values.get("deviceObjects"),
                values.get("pinnedKib"),
                values.get("directBuffers"),
                values.get("threads"),
                values.get("descriptors"),
                values.get("residentKib"));
    }

    private static String diagnose(String command, String... arguments) throws JMException {
        return (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        command,
                        new Object[] {arguments},
                        new String[] {String[].class.getName()});
    }

    /** The numbers that a pattern's group finds. */
    private static long sum(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .mapToLong(match -> Long.parseLong(match.group(1)))
                .sum();
    }

    private static long mappedLibraries() throws IOException {
        return Files.readAllLines(PROCESS.resolve("maps")).stream()
                .filter(line -> line.contains("libdisni.so"))
                .map(line -> line.split(" +", -1)[4])
                .distinct()
                .count();
    }

    private static long objectsAtDevices() throws IOException, InterruptedException {
        Process tool = new ProcessBuilder("rdma", "resource", "show")
                .redirectErrorStream(true)
                .start();
        String said = new String(tool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (tool.waitFor() != 0) {
            throw new IOException("rdma resource show: " + said);
        }
        return sum(said, "\\b(?:pd|cq|qp|cm_id|mr) (\\d+)\\b");
    }

    private static long status(String name) throws IOException {
        String status = Files.readString(PROCESS.resolve("status"));
        Matcher value = Pattern.compile("(?m)^" + name + ":\\s+(\\d+) kB$").matcher(status);
        if (!value.find()) {
            throw new IOException("no " + name + " in " + status);
        }
        return Long.parseLong(value.group(1));
    }
}
