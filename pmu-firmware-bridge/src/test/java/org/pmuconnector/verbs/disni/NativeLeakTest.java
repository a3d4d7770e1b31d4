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
import org.pmuconnector.verbs.DeviceResources;
import org.pmuconnector.verbs.LeakCheck;
import org.pmuconnector.verbs.VerbsProvider;

/** Nothing is left of connections on a real device: not when they are destroyed, nor when their class loader is gone. */
@Tag("rdma")
class NativeLeakTest {

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void connections_madeAndDestroyed_leaveNothing() throws Exception {
        LeakCheck.assertNothingIsLeft(ConnectionCycles.class, Integer.getInteger("rdma.cycles"));
    }

    @Test
    void objects_leftOpenByAClassLoader_goWithIt() throws Exception {
        // From the first connection on, librdmacm keeps a protection domain of the process's own.
        try (Listener listener = new Listener()) {
            listener.connect().close();
        }
        // Other tests may have left class loaders to be collected, which have objects too.
        System.gc();
        Map<String, Integer> before = DeviceResources.count();

        leaveOpen();

        assertThat(DeviceResources.count()).isNotEqualTo(before);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Events.PATIENCE_MILLIS);
        while (!hasNoMoreThan(before) && System.nanoTime() < deadline) {
            System.gc();
        }
        assertThat(hasNoMoreThan(before))
                .as("%s, and %s before", DeviceResources.count(), before)
                .isTrue();
    }

    private static boolean hasNoMoreThan(Map<String, Integer> most) throws Exception {
        return DeviceResources.count().entrySet().stream().allMatch(kind -> kind.getValue() <= most.get(kind.getKey()));
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
