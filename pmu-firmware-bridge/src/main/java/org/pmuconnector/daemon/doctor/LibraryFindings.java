package org.pmuconnector.daemon.doctor;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is to be said about the native library and those that it needs. */
final class LibraryFindings {

    private static final String NATIVE = "native library";
    private static final String CORE = "rdma-core";
    private static final String INSTALL = "Install it (Fedora: librdmacm libibverbs)";
    private static final String APT = "apt install librdmacm1 ibverbs-providers";

    /** Where the provider's reasons turn to the way out. */
    private static final Pattern END_OF_REASON = Pattern.compile("; |\\. (?=\\p{Lu})");

    private LibraryFindings() {}

    static List<Finding> of(Host host) {
        return List.of(nativeLibrary(host.library()), core(host));
    }

    private static Finding nativeLibrary(VerbsLibrary library) {
        if (library.isLoaded()) {
            return Finding.ok(NATIVE, library.place() + ", version " + library.version());
        }
        String refusal = library.refusal();
        Matcher end = END_OF_REASON.matcher(refusal);
        return end.find()
                ? Finding.problem(NATIVE, refusal.substring(0, end.start()), sentence(refusal.substring(end.end())), "")
                : Finding.problem(NATIVE, refusal, remedy(refusal), "");
    }

    private static String remedy(String refusal) {
        if (refusal.startsWith("/")) {
            return "Take that library away, so that the bundled one is used, or put one there that fits DiSNI 2.1";
        }
        return refusal.startsWith("bundled")
                ? "Build this project on a machine like this one, which makes a library that fits it"
                : "Use iwarp:// or iwarps:// on this host, which need no native library";
    }

    private static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    private static Finding core(Host host) {
        RdmaCore core = host.core();
        boolean works = host.library().isLoaded()
                && !host.devices().isEmpty()
                && host.library().managerRefusal().isEmpty();
        if (!core.isComplete() && !host.library().isLoaded()) {
            String missing = (core.connectionManager().isEmpty() ? "librdmacm.so.1 " : "")
                    + (core.verbs().isEmpty() ? "libibverbs.so.1 " : "");
            return Finding.problem(
                    CORE, "not in the usual folders: " + missing.strip().replace(" ", ", "), INSTALL, APT);
        }
        if (core.providers().isEmpty() && !works) {
            return Finding.problem(
                    CORE,
                    "libibverbs knows no driver: none is both named in /etc/libibverbs.d and in a folder libibverbs",
                    INSTALL,
                    APT);
        }
        int drivers = core.providers().size();
        return Finding.ok(CORE, libraries(core) + ", " + drivers + (drivers == 1 ? " driver" : " drivers"));
    }

    private static String libraries(RdmaCore core) {
        if (!core.isComplete()) {
            return "its libraries are loaded, though not from the usual folders";
        }
        String folder = folder(core.connectionManager());
        return folder.equals(folder(core.verbs()))
                ? "librdmacm and libibverbs in " + folder
                : core.connectionManager() + ", " + core.verbs();
    }

    private static String folder(String file) {
        return file.substring(0, file.lastIndexOf('/'));
    }
}
