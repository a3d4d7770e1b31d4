package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pmuconnector.pmu.firmware.OtherProcess;
import org.pmuconnector.verbs.LibraryFile;
import org.pmuconnector.verbs.VerbsProvider;

/** Nothing is left of connections on a real device: not when they are destroyed, nor when their class loader is gone. */
@Tag("rdma")
class NativeLeakTest {

    /** The virtual machine's own, which grows for some hundreds of connections; a frame's buffer for each would not fit. */
    private static final int MAX_GROWTH_KIB = 3072;

    /** No compiler and a heap that is there from the start: what grows is what is counted. */
    private static final List<String> STEADY =
            List.of("-Xint", "-XX:+UseSerialGC", "-Xms32m", "-Xmx32m", "-XX:+AlwaysPreTouch", "-XX:-UsePerfData");

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void connections_madeAndDestroyed_leaveNothing() throws Exception {
        Map<String, Integer> before = DeviceResources.count();
        List<String> options = new ArrayList<>(STEADY);
        options.addAll(List.of(
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                LibraryFile.NATIVE_ACCESS,
                "-Dslf4j.internal.verbosity=ERROR",
                "-Djava.library.path=" + LibraryFile.path().getParent()));

        OtherProcess process = OtherProcess.start(options, ConnectionCycles.class, System.getProperty("rdma.cycles"));
        List<String> lines = new ArrayList<>();
        for (String line = process.nextLine(); line != null; line = process.nextLine()) {
            lines.add(line);
        }
        System.out.println(String.join("\n", lines));

        assertThat(process.await()).as(lines.toString()).isZero();
        assertThat(lines).hasSize(2).allMatch(line -> line.contains(" KiB, "));
        String[] first = lines.get(0).split(" KiB, ", 2);
        String[] last = lines.get(1).split(" KiB, ", 2);
        assertThat(last[1]).as("descriptors, mappings, objects").isEqualTo(first[1]);
        assertThat(Integer.parseInt(last[0]) - Integer.parseInt(first[0]))
                .as("memory grown, KiB")
                .isLessThan(MAX_GROWTH_KIB);
        DeviceResources.await(before);
    }

    @Test
    void objects_leftOpenByAClassLoader_goWithIt() throws Exception {
        // From the first connection on, librdmacm keeps a protection domain of the process's own.
        try (Listener listener = new Listener()) {
            listener.connect().close();
        }
        Map<String, Integer> before = DeviceResources.count();

        leaveOpen();

        assertThat(DeviceResources.count()).isNotEqualTo(before);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Events.PATIENCE_MILLIS);
        while (!DeviceResources.count().equals(before) && System.nanoTime() < deadline) {
            System.gc();
        }
        assertThat(DeviceResources.count()).isEqualTo(before);
    }

    /** What an adapter does that is thrown away, and not stopped before. */
    private static void leaveOpen() throws Exception {
        List<URL> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            classPath.add(Path.of(entry).toUri().toURL());
        }
        URLClassLoader archive =
                new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        Class<?> provider = archive.loadClass(VerbsProvider.class.getName());
        Object door = provider.getMethod("get").invoke(null);
        Runnable connection = (Runnable) provider.getMethod("create", Class.class, String.class)
                .invoke(door, Runnable.class, LeftOpen.class.getName());
        connection.run();
    }
}
