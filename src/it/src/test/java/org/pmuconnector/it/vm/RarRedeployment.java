package org.pmuconnector.it.vm;

import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.ManagedConnectionFactory;
import jakarta.resource.spi.ResourceAdapter;
import jakarta.resource.spi.ResourceAdapterAssociation;
import jakarta.resource.spi.work.WorkManager;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.pmuconnector.it.operator.Traces;

/**
 * What a server does when an archive is deployed again, without a server: each deployment is unpacked, loaded by a class
 * loader of its own, used, and forgotten. Prints a line for each while it is in use, and one for what is left when all of
 * them are gone. {@code main(ARCHIVE UNIT USER PASSWORD DEPLOYMENTS)}
 */
final class RarRedeployment {

    /** A protection domain for each device, for as long as the process lives. */
    private static final int KEPT_BY_RDMA_CORE = 1;

    private static final Duration COLLECTION_PATIENCE = Duration.ofMinutes(5);

    private final Path archive;
    private final Map<String, Object> adapterProperties;
    private final Path directory;
    private final KeptThreads threads = new KeptThreads();

    private RarRedeployment(Path archive, Map<String, Object> adapterProperties, Path directory) {
        this.archive = archive;
        this.adapterProperties = adapterProperties;
        this.directory = directory;
    }

    public static void main(String[] arguments) throws Exception {
        RarRedeployment redeployment = new RarRedeployment(
                Path.of(arguments[0]),
                Map.of(
                        "UnitAddress",
                        arguments[1],
                        "User",
                        arguments[2],
                        "Password",
                        arguments[3],
                        "InstanceName",
                        "server",
                        "ConnectTimeoutMillis",
                        60_000L,
                        "OperationTimeoutMillis",
                        60_000L),
                Files.createTempDirectory("redeployment"));
        long deviceObjects = Traces.collect().deviceObjects() + KEPT_BY_RDMA_CORE;
        for (int number = 1; number <= Integer.parseInt(arguments[4]); number++) {
            redeployment.deploy(number);
            System.out.println("left " + number + " " + awaitCollection(deviceObjects));
        }
    }

    /**
     * What is there when all for verbs is gone, or the time is over. One adapter's classes may be left until another's are
     * there: the JDK remembers the record that it has last made {@code equals} for.
     */
    private static Traces awaitCollection(long deviceObjects) throws Exception {
        long deadline = System.nanoTime() + COLLECTION_PATIENCE.toNanos();
        Traces traces = Traces.collect();
        while (traces.adapters() > 1
                || traces.loaders() > 0
                || traces.libraries() > 0
                || traces.deviceObjects() > deviceObjects) {
            if (System.nanoTime() > deadline) {
                return traces;
            }
            traces = Traces.collect();
        }
        return traces;
    }

    private void deploy(int number) throws Exception {
        Thread current = Thread.currentThread();
        ClassLoader before = current.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader("deployment-" + number, unpack(number), parent())) {
            current.setContextClassLoader(loader);
            ResourceAdapter adapter = (ResourceAdapter) instantiate(loader, "org.pmuconnector.ra.PmuResourceAdapter");
            for (Map.Entry<String, Object> property : adapterProperties.entrySet()) {
                set(adapter, property.getKey(), property.getValue());
            }
            adapter.start(context());
            try {
                use(loader, adapter, number);
            } finally {
                adapter.stop();
            }
        } finally {
            current.setContextClassLoader(before);
        }
    }

    /** All that the adapter asks of it is threads, with its own class loader as the context's, as in a server. */
    private BootstrapContext context() {
        return (BootstrapContext) Proxy.newProxyInstance(
                RarRedeployment.class.getClassLoader(),
                new Class<?>[] {BootstrapContext.class},
                (proxy, method, parameters) -> method.getReturnType() == WorkManager.class ? threads : null);
    }

    private static void use(ClassLoader loader, ResourceAdapter adapter, int number) throws Exception {
        ManagedConnectionFactory managed = (ManagedConnectionFactory)
                instantiate(loader, "org.pmuconnector.ra.CheckpointManagedConnectionFactory");
        ((ResourceAdapterAssociation) managed).setResourceAdapter(adapter);
        set(managed, "Region", "orders");
        set(managed, "RegionSizeBytes", 1L << 20);
        Object factory = managed.createConnectionFactory();
        Class<?> connectionType = loader.loadClass("org.pmuconnector.checkpoint.CheckpointConnection");
        Class<?> factoryType = loader.loadClass("org.pmuconnector.checkpoint.CheckpointConnectionFactory");
        try (AutoCloseable connection =
                (AutoCloseable) factoryType.getMethod("getConnection").invoke(factory)) {
            byte[] payload = ("deployment " + number).getBytes(StandardCharsets.UTF_8);
            connectionType.getMethod("append", byte[].class).invoke(connection, (Object) payload);
            Object sequence = connectionType.getMethod("committedSequence").invoke(connection);
            System.out.println("deployment " + number + " sequence " + sequence + " " + Traces.collect());
        }
    }

    /** The interfaces that servers have for all archives, and no class of an adapter. */
    private static ClassLoader parent() {
        return RarRedeployment.class.getClassLoader();
    }

    private URL[] unpack(int number) throws IOException {
        Path folder = Files.createDirectory(directory.resolve("deployment-" + number));
        List<URL> jars = new ArrayList<>();
        try (JarFile rar = new JarFile(archive.toFile())) {
            for (JarEntry entry : (Iterable<JarEntry>) rar.stream()::iterator) {
                if (entry.getName().endsWith(".jar")) {
                    Path jar = folder.resolve(Path.of(entry.getName()).getFileName());
                    try (InputStream bytes = rar.getInputStream(entry)) {
                        Files.copy(bytes, jar);
                    }
                    jars.add(jar.toUri().toURL());
                }
            }
        }
        return jars.toArray(URL[]::new);
    }

    private static Object instantiate(ClassLoader loader, String className) throws ReflectiveOperationException {
        return loader.loadClass(className).getConstructor().newInstance();
    }

    private static void set(Object bean, String property, Object value) throws ReflectiveOperationException {
        bean.getClass().getMethod("set" + property, value.getClass()).invoke(bean, value);
    }
}
