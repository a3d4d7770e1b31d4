package org.pmuconnector.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a unit is: {@code embedded:PATH}, {@code iwarp://HOST:PORT}, {@code iwarps://HOST:PORT} or
 * {@code verbs://HOST:PORT}. The port may be left out; it is {@value #DEFAULT_PORT} then.
 *
 * @param transport how it is reached
 * @param host host name or IP address, IPv6 without brackets; null for {@link Transport#EMBEDDED}
 * @param port 1 to 65535; 0 for {@link Transport#EMBEDDED}
 * @param path the unit's file; null for all but {@link Transport#EMBEDDED}
 */
public record UnitAddress(Transport transport, String host, int port, String path) {

    /** The port used where an address names none. */
    public static final int DEFAULT_PORT = 4791;

    private static final String FORMS =
            "; use embedded:PATH, iwarp://HOST:PORT, iwarps://HOST:PORT or verbs://HOST:PORT";

    /** The ways to reach a unit. */
    public enum Transport {
        /** In this process, on a file of this machine. */
        EMBEDDED,
        /** IETF iWARP over TCP. */
        IWARP,
        /** IETF iWARP over TLS. */
        IWARPS,
        /** An RDMA device's verbs. */
        VERBS
    }

    /**
     * Understands an address.
     *
     * @throws PmuException with {@link ErrorCode#BAD_ADDRESS} that says what is wrong with it
     */
    public static UnitAddress parse(String text) throws PmuException {
        if (text == null || text.isBlank()) {
            throw bad(text, "is empty");
        }
        String trimmed = text.strip();
        if (trimmed.regionMatches(true, 0, "embedded:", 0, 9)) {
            String path = trimmed.substring(9);
            if (path.isBlank()) {
                throw bad(text, "names no file");
            }
            return new UnitAddress(Transport.EMBEDDED, null, 0, path);
        }
        return parseNetwork(text, trimmed);
    }

    private static UnitAddress parseNetwork(String text, String trimmed) throws PmuException {
        URI uri;
        try {
            uri = new URI(trimmed);
        } catch (URISyntaxException e) {
            throw new PmuException(ErrorCode.BAD_ADDRESS, "unit address '" + text + "': " + e.getReason() + FORMS, e);
        }
        Transport transport = transport(text, uri.getScheme());
        String host = uri.getHost();
        if (host == null) {
            throw bad(text, "names no valid host");
        }
        if (!"".equals(uri.getPath())
                || uri.getQuery() != null
                || uri.getFragment() != null
                || uri.getUserInfo() != null) {
            throw bad(text, "has more than a host and a port");
        }
        int port = uri.getPort() == -1 ? DEFAULT_PORT : uri.getPort();
        if (port < 1 || port > 65535) {
            throw bad(text, "has a port outside 1 to 65535");
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new UnitAddress(transport, bare, port, null);
    }

    private static Transport transport(String text, String scheme) throws PmuException {
        return switch (scheme == null ? "" : scheme.toLowerCase(Locale.ROOT)) {
            case "iwarp" -> Transport.IWARP;
            case "iwarps" -> Transport.IWARPS;
            case "verbs" -> Transport.VERBS;
            default -> throw bad(text, "names no known transport");
        };
    }

    private static PmuException bad(String text, String why) {
        return new PmuException(ErrorCode.BAD_ADDRESS, "unit address '" + text + "' " + why + FORMS);
    }

    @Override
    public String toString() {
        if (transport == Transport.EMBEDDED) {
            return "embedded:" + path;
        }
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return transport.name().toLowerCase(Locale.ROOT) + "://" + shown + ":" + port;
    }
}
