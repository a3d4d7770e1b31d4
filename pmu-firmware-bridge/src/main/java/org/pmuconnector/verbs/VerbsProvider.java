package org.pmuconnector.verbs;

import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.Optional;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/**
 * The door to RDMA verbs: loads the native library and makes objects of the classes that use it.
 *
 * <p>There is one at a time for each class loader of this class, loaded when it is first asked for; what was missing then is
 * looked for again the next time. Nothing has to be closed: library and classes go when this object and all that
 * {@link #create(Class, String)} made are garbage, and what they still have open at the devices goes with them. This class
 * does not keep them, as its own loader may stay much longer than the adapter that it was for: servers' threads inherit it
 * from the adapter that made the server start them.
 *
 * <p>Safe for use by many threads.
 */
public final class VerbsProvider {

    private static final String NATIVE_VERBS = "org.pmuconnector.verbs.disni.DisniVerbs";
    private static final String DEVICES = "/sys/class/infiniband";
    private static final String INTERNAL_PACKAGE = "sun.nio.ch";

    private static WeakReference<VerbsClassLoader> loaded = new WeakReference<>(null);

    private final VerbsClassLoader loader;
    private final NativeVerbs verbs;
    private final String library;
    private final int version;

    private VerbsProvider(VerbsClassLoader loader, NativeVerbs verbs, String library, int version) {
        this.loader = loader;
        this.verbs = verbs;
        this.library = library;
        this.version = version;
    }

    /**
     * The provider, with its library loaded. A device need not be there: see {@link #requireDevice()}.
     *
     * @throws PmuException {@code VERBS_NOT_AVAILABLE}, naming what is missing and how to get it: Linux; leave for DiSNI to
     *     use an internal interface of the JDK ({@code --add-exports}); {@code libdisni.so}; a library that it needs, such
     *     as {@code librdmacm.so.1}; or the library is of another version
     */
    public static synchronized VerbsProvider get() throws PmuException {
        VerbsClassLoader loader = loaded.get();
        if (loader == null) {
            VerbsProvider provider = load();
            loader = provider.loader;
            loader.keep(provider);
            loaded = new WeakReference<>(loader);
        }
        return loader.provider();
    }

    private static VerbsProvider load() throws PmuException {
        if (!"Linux".equals(System.getProperty("os.name"))) {
            throw unavailable("they need Linux, and this is " + System.getProperty("os.name"), null);
        }
        NativeLibrary library = NativeLibrary.find();
        try {
            VerbsClassLoader loader = new VerbsClassLoader(VerbsProvider.class.getClassLoader());
            requireInternalPackage(loader);
            NativeVerbs verbs = instantiate(loader, NativeVerbs.class, NATIVE_VERBS);
            return new VerbsProvider(loader, verbs, library.toString(), open(loader, verbs, library));
        } catch (IOException e) {
            throw unavailable(library + ": " + e.getMessage(), e);
        }
    }

    private static void requireInternalPackage(ClassLoader loader) throws PmuException {
        if (!Object.class.getModule().isExported(INTERNAL_PACKAGE, loader.getUnnamedModule())) {
            throw unavailable(
                    "DiSNI needs an internal package of the JDK; start Java with"
                            + " --add-exports java.base/sun.nio.ch=ALL-UNNAMED",
                    null);
        }
    }

    private static int open(VerbsClassLoader loader, NativeVerbs verbs, NativeLibrary library)
            throws IOException, PmuException {
        try {
            Optional<Path> file = library.file();
            return file.isPresent() && loads(verbs, file.get())
                    ? open(loader, verbs, file.get())
                    : openCopy(loader, verbs, library);
        } catch (UnsatisfiedLinkError e) {
            // The linker begins with the path.
            String reason = e.getMessage().replace(library + ": ", "");
            throw unavailable(library + ": " + reason + hint(reason), e);
        }
    }

    /** Whether an installed library could be loaded; one that another class loader has is to be copied. */
    private static boolean loads(NativeVerbs verbs, Path file) {
        try {
            verbs.load(file);
            return true;
        } catch (UnsatisfiedLinkError e) {
            if (e.getMessage().contains("already loaded in another classloader")) {
                return false;
            }
            throw e;
        }
    }

    private static int open(VerbsClassLoader loader, NativeVerbs verbs, Path library) throws IOException {
        loader.useLibrary(library);
        return verbs.open();
    }

    private static int openCopy(VerbsClassLoader loader, NativeVerbs verbs, NativeLibrary library) throws IOException {
        Path copy = library.copy();
        try {
            verbs.load(copy);
            // DiSNI's own loadLibrary looks for the file once more.
            return open(loader, verbs, copy);
        } finally {
            NativeLibrary.deleteCopy(copy);
        }
    }

    private static String hint(String message) {
        if (message.contains("librdmacm.so") || message.contains("libibverbs.so")) {
            return "; install rdma-core's libraries (Debian: librdmacm1 ibverbs-providers, Fedora: librdmacm libibverbs)";
        }
        if (message.contains("failed to map segment")) {
            return "; the folder for temporary files lets no program run: choose another by -Djava.io.tmpdir=FOLDER, or put"
                    + " the library into a folder of java.library.path";
        }
        return "";
    }

    /**
     * Makes sure that verbs have a device to work on.
     *
     * @throws PmuException {@code VERBS_NOT_AVAILABLE} if the kernel has no RDMA device, or its connection manager cannot
     *     be used
     */
    public void requireDevice() throws PmuException {
        String[] devices = new File(DEVICES).list();
        if (devices == null || devices.length == 0) {
            throw unavailable(
                    "no RDMA device in " + DEVICES
                            + "; load the driver of the network interface, or make a software device:"
                            + " modprobe rdma_rxe; rdma link add rxe0 type rxe netdev INTERFACE",
                    null);
        }
        try {
            verbs.probe();
        } catch (IOException e) {
            throw unavailable(
                    "devices " + String.join(", ", devices) + ", but no connection manager: " + e.getMessage()
                            + "; it needs the kernel module rdma_ucm and leave to open /dev/infiniband/rdma_cm",
                    e);
        }
    }

    /**
     * An object of a class that uses DiSNI.
     *
     * @param type what it is to the caller: a type of the Java platform, or of this project outside of the packages that
     *     the class loader for verbs defines
     * @param className its class, in one of these packages, public and with a public constructor without parameters
     * @throws PmuException {@code INTERNAL} if the class is not there or its constructor fails
     */
    public <T> T create(Class<T> type, String className) throws PmuException {
        return instantiate(loader, type, className);
    }

    private static <T> T instantiate(ClassLoader loader, Class<T> type, String className) throws PmuException {
        try {
            return type.cast(
                    Class.forName(className, true, loader).getConstructor().newInstance());
        } catch (InvocationTargetException e) {
            throw new PmuException(ErrorCode.INTERNAL, "making a " + className + ": " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new PmuException(ErrorCode.INTERNAL, "making a " + className + ": " + e, e);
        }
    }

    /** Where the library is: a path, or {@code bundled for linux-x86_64}. */
    public String library() {
        return library;
    }

    /** The version that the library answers, which is the one that DiSNI wants. */
    public int version() {
        return version;
    }

    private static PmuException unavailable(String reason, Throwable cause) {
        return new PmuException(ErrorCode.VERBS_NOT_AVAILABLE, "RDMA verbs cannot be used: " + reason, cause);
    }
}
