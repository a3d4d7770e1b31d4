package org.pmuconnector.ra;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/**
 * Names for adapters that were given none. In a server the name has to be the same after a restart, because recovery
 * asks for the branches of that name, and another one for each server of a host: the host's name and a digest of the
 * folder that the server runs in. A server that makes a new folder at each start (Payara Micro without
 * {@code --rootDir}) gets a new name each time.
 */
final class InstanceNames {

    /** Where servers say which folder is theirs; the working folder is the last resort, and right for Open Liberty. */
    private static final List<String> ROOT_PROPERTIES =
            List.of("com.sun.aas.instanceRoot", "jboss.server.base.dir", "catalina.base", "user.dir");

    private static final int MAX_HOST_LENGTH = 64;

    private InstanceNames() {}

    /** For an adapter in a server. */
    static String ofServer() {
        for (String property : ROOT_PROPERTIES) {
            String root = System.getProperty(property);
            if (root != null && !root.isBlank()) {
                return ofServer(root);
            }
        }
        throw new IllegalStateException("the system property user.dir is missing");
    }

    /** For an adapter in the server that runs in a folder. */
    static String ofServer(String root) {
        return hostName() + "-" + digest(realPath(root));
    }

    /** For an adapter in a program without a server: unique, and new each time. */
    static String ofProcess() {
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        return hostName() + "-" + ProcessHandle.current().pid() + "-"
                + HexFormat.of().formatHex(random);
    }

    private static String hostName() {
        String name;
        try {
            name = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // A host that cannot resolve its own name; the digest or the process id still tells adapters apart.
            name = "unknown-host";
        }
        String allowed = name.replaceAll("[^A-Za-z0-9._-]", "-");
        return allowed.substring(0, Math.min(allowed.length(), MAX_HOST_LENGTH));
    }

    private static String realPath(String root) {
        Path path = Path.of(root).toAbsolutePath().normalize();
        try {
            return path.toRealPath().toString();
        } catch (IOException e) {
            return path.toString();
        }
    }

    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
