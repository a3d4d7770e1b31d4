package org.pmuconnector.daemon.doctor;

/**
 * A file in {@code /dev}, and whether this process may read and write it.
 *
 * @param path where
 * @param present whether it is there at all
 * @param refusal why it could not be opened; empty if it could
 */
public record DeviceFile(String path, boolean present, String refusal) {

    boolean opens() {
        return refusal.isEmpty();
    }

    /** Without its folder. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
