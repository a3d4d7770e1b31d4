package org.pmuconnector.verbs;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import org.pmuconnector.model.PmuException;

/** What a process sees of the provider. {@code main("once" | "redeploy")} */
final class VerbsProviderMain {

    private static final int DEPLOYMENTS = 5;

    private VerbsProviderMain() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("once")) {
            once();
        } else {
            redeploy();
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
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (Arrays.stream(gone).anyMatch(reference -> reference.get() != null) && System.nanoTime() < deadline) {
            System.gc();
            Thread.onSpinWait();
        }
        System.out.println("left "
                + Arrays.stream(gone)
                        .filter(reference -> reference.get() != null)
                        .count());
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
