package org.pmuconnector.verbs;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.pmuconnector.model.PmuException;

/** What a process sees of the provider. {@code main("once" | "redeploy" | "abandon")} */
final class VerbsProviderMain {

    private static final int DEPLOYMENTS = 5;

    private VerbsProviderMain() {}

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "once" -> once();
            case "redeploy" -> redeploy();
            default -> abandon();
        }
    }

    private static void once() {
        try {
            VerbsProvider provider = VerbsProvider.get();
            System.out.println("loaded " + provider.library() + " version " + provider.version());
            provider.requireDevice();
            System.out.println("device");
        } catch (PmuException e) {
            System.out.println(e.code() + " " + e.getMessage());
        }
    }

    /** The same classes in one new class loader after the other, each as the archive of an adapter; two at a time. */
    private static void redeploy() throws Exception {
        WeakReference<?>[] gone = new WeakReference<?>[DEPLOYMENTS];
        Object last = null;
        for (int i = 0; i < DEPLOYMENTS; i++) {
            Object provider = deploy();
            gone[i] = new WeakReference<>(provider.getClass().getClassLoader());
            last = provider;
        }
        System.out.println(
                "deployed " + DEPLOYMENTS + ", the last one " + last.getClass().getName());
        last = null;
        collectUntil(() -> Arrays.stream(gone).allMatch(reference -> reference.get() == null));
        System.out.println("left "
                + Arrays.stream(gone)
                        .filter(reference -> reference.get() != null)
                        .count());
    }

    /** The archive's class loader is kept, as servers may do, and nothing else. */
    private static void abandon() throws Exception {
        Object provider = deploy();
        System.out.println("mapped " + mapped());
        Class<?> archive = provider.getClass();
        provider = null;
        collectUntil(() -> mapped() == 0);
        System.out.println("left " + mapped());
        Object again = archive.getMethod("get").invoke(null);
        System.out.println(
                "again " + mapped() + " version " + archive.getMethod("version").invoke(again));
    }

    private static long mapped() throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.contains("libdisni.so"))
                    .map(line -> line.split(" +", -1)[4])
                    .distinct()
                    .count();
        }
    }

    private static void collectUntil(Callable<Boolean> collected) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!collected.call() && System.nanoTime() < deadline) {
            System.gc();
            Thread.onSpinWait();
        }
    }

    private static Object deploy() throws IOException, ReflectiveOperationException {
        URLClassLoader archive = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader());
        Class<?> provider = archive.loadClass(VerbsProvider.class.getName());
        return provider.getMethod("get").invoke(null);
    }

    private static URL[] classPath() throws MalformedURLException {
        String[] entries = System.getProperty("java.class.path").split(":", -1);
        URL[] urls = new URL[entries.length];
        for (int i = 0; i < urls.length; i++) {
            urls[i] = Path.of(entries[i]).toUri().toURL();
        }
        return urls;
    }
}
