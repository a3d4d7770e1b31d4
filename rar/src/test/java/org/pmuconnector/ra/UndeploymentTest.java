package org.pmuconnector.ra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server deploys an archive by a class loader of its own, which has to go when the adapter does. */
class UndeploymentTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @RegisterExtension
    private final EmbeddedUnit unit = new EmbeddedUnit();

    private final ReferenceQueue<ClassLoader> gone = new ReferenceQueue<>();

    /** The contracts are the server's, all else is the archive's. */
    private static final class Contracts extends ClassLoader {
        Contracts() {
            super(ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("jakarta.")) {
                return UndeploymentTest.class.getClassLoader().loadClass(name);
            }
            throw new ClassNotFoundException(name);
        }
    }

    @Test
    void stop_ofAWatchedAdapter_leavesNothingThatKeepsItsClasses() throws Exception {
        WeakReference<ClassLoader> first = deploy("first");
        // The JDK remembers the record that it has last made equals for, until there is another.
        deploy("second");

        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (first.get() != null && System.nanoTime() - deadline < 0) {
            System.gc();
            gone.remove(100);
        }
        assertThat(first.get()).isNull();
    }

    private WeakReference<ClassLoader> deploy(String instanceName) throws Exception {
        URLClassLoader archive = new URLClassLoader(classPath(), new Contracts());
        Class<?> adapter = archive.loadClass(UndeployedAdapter.class.getName());
        assertThat(adapter).isNotEqualTo(UndeployedAdapter.class);
        Method run = adapter.getDeclaredMethod("run", String.class, String.class);
        run.setAccessible(true);
        // On a thread that ends, as what a library leaves in a thread's variables is another matter.
        FutureTask<Object> deployment = new FutureTask<>(() -> run.invoke(null, unit.address(), instanceName));
        Thread thread = new Thread(deployment, "deployment");
        thread.setContextClassLoader(archive);
        thread.start();
        assertThat(deployment.get(60, TimeUnit.SECONDS).toString()).contains("Commits=1", "SessionUp=true");
        thread.join();
        archive.close();
        return new WeakReference<>(archive, gone);
    }

    private static URL[] classPath() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getProperty("java.class.path"))
                .toList()) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        return urls.toArray(URL[]::new);
    }
}
