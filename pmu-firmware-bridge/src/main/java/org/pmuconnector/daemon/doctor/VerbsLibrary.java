package org.pmuconnector.daemon.doctor;

import org.pmuconnector.model.PmuException;
import org.pmuconnector.verbs.VerbsProvider;

/**
 * The native library.
 *
 * @param place where it is; empty if it could not be loaded
 * @param version that it answers
 * @param refusal why it could not be loaded; empty if it was
 * @param managerRefusal why it found no connection manager; empty if it did, or was not asked
 */
public record VerbsLibrary(String place, int version, String refusal, String managerRefusal) {

    /** Asks for it. */
    @FunctionalInterface
    interface Source {

        /**
         * Loads it.
         *
         * @param withManager whether it is to try the connection manager too
         */
        VerbsLibrary load(boolean withManager);
    }

    boolean isLoaded() {
        return refusal.isEmpty();
    }

    /** This Java runtime's. */
    static VerbsLibrary load(boolean withManager) {
        VerbsProvider provider;
        try {
            provider = VerbsProvider.get();
        } catch (PmuException e) {
            return new VerbsLibrary("", 0, reason(e), "");
        }
        return new VerbsLibrary(
                provider.library(), provider.version(), "", withManager ? managerRefusal(provider) : "");
    }

    private static String managerRefusal(VerbsProvider provider) {
        try {
            provider.requireDevice();
            return "";
        } catch (PmuException e) {
            return reason(e);
        }
    }

    /** Without what the finding says itself. */
    private static String reason(PmuException e) {
        return HostFiles.shown(e.getMessage().replace("RDMA verbs cannot be used: ", ""));
    }
}
