package org.pmuconnector.verbs;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Defines DiSNI's classes, and those of ours that use them, once more for each adapter or process that uses verbs, and
 * answers their {@code System.loadLibrary("disni")}.
 *
 * <p>The virtual machine lets one native library belong to one class loader. A server that deploys an adapter again does so
 * in another class loader, before or after the old one is collected; with a loader and a copy of the library of their own
 * they do not meet, and both go when the loader does. DiSNI and the logging interface that it wants come from the archives
 * in {@code org/pmuconnector/verbs/lib}, where an application that brings its own never meets them.
 *
 * <p>Safe for use by many threads.
 */
final class VerbsClassLoader extends ClassLoader {

    /** The packages of this project whose classes may use DiSNI: defined here from the parent's bytes. */
    static final List<String> PACKAGES = List.of(
            "org.pmuconnector.verbs.disni.", "org.pmuconnector.fabric.verbs.", "org.pmuconnector.pmu.nic.verbs.");

    private static final String BUNDLE = "org/pmuconnector/verbs/lib/";
    private static final List<String> ARCHIVES = List.of("disni.zip", "slf4j-api.zip");
    private static final List<String> BUNDLED_PACKAGES = List.of("com.ibm.disni.", "org.slf4j.");
    private static final String LOGGING_SERVICE = "META-INF/services/org.slf4j.spi.SLF4JServiceProvider";
    private static final String LIBRARY_NAME = "disni";

    private final Map<String, byte[]> bundled = new HashMap<>();
    private volatile Path library;
    private volatile VerbsProvider provider;

    static {
        registerAsParallelCapable();
    }

    /**
     * A loader whose native library is still to be set.
     *
     * @throws IOException if the archives are not where the build puts them
     */
    VerbsClassLoader(ClassLoader parent) throws IOException {
        super("pmu-verbs", parent);
        for (String archive : ARCHIVES) {
            try (InputStream bytes = parent.getResourceAsStream(BUNDLE + archive)) {
                if (bytes == null) {
                    throw new IOException("this archive has been built without " + BUNDLE + archive);
                }
                readClasses(bytes);
            }
        }
    }

    /** The native library that {@code System.loadLibrary("disni")} finds from now on; null for none. */
    void useLibrary(Path path) {
        library = path;
    }

    /** Keeps the provider for as long as there is an object of a class that this loader has defined. */
    void keep(VerbsProvider made) {
        provider = made;
    }

    VerbsProvider provider() {
        return provider;
    }

    private void readClasses(InputStream archive) throws IOException {
        ZipInputStream entries = new ZipInputStream(archive);
        for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
            if (isBundled(entry.getName().replace('/', '.')) && entry.getName().endsWith(".class")) {
                bundled.put(entry.getName(), entries.readAllBytes());
            }
        }
    }

    private static boolean isBundled(String className) {
        return BUNDLED_PACKAGES.stream().anyMatch(className::startsWith);
    }

    private static boolean isOwn(String className) {
        return isBundled(className) || PACKAGES.stream().anyMatch(className::startsWith);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!isOwn(name)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            if (loaded == null) {
                loaded = findClass(name);
            }
            if (resolve) {
                resolveClass(loaded);
            }
            return loaded;
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = read(name);
        return defineClass(name, bytes, 0, bytes.length, VerbsClassLoader.class.getProtectionDomain());
    }

    private byte[] read(String className) throws ClassNotFoundException {
        String file = className.replace('.', '/') + ".class";
        if (isBundled(className)) {
            byte[] bytes = bundled.get(file);
            if (bytes == null) {
                throw new ClassNotFoundException(className);
            }
            return bytes;
        }
        try (InputStream bytes = getParent().getResourceAsStream(file)) {
            if (bytes == null) {
                throw new ClassNotFoundException(className);
            }
            return bytes.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(className, e);
        }
    }

    @Override
    protected String findLibrary(String name) {
        Path path = library;
        return LIBRARY_NAME.equals(name) && path != null ? path.toString() : null;
    }

    /** The logging interface finds the provider that this project names, and none of the server's or application's. */
    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
        return LOGGING_SERVICE.equals(name)
                ? Collections.enumeration(Collections.list(getParent().getResources(BUNDLE + "slf4j-provider")))
                : super.getResources(name);
    }
}
