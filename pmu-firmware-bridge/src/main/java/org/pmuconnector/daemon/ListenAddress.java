package org.pmuconnector.daemon;

import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.pmuconnector.model.UnitAddress.Transport;
import picocli.CommandLine.TypeConversionException;

/**
 * Where to listen: {@code HOST:PORT} or {@code [IPV6]:PORT}, after {@code iwarp://}, encrypted, {@code iwarps://}, or, on an
 * RDMA device, {@code verbs://}; port 0 is any free one.
 *
 * @param transport any but {@code EMBEDDED}
 * @param host name or address
 * @param port 0 to 65535
 */
record ListenAddress(Transport transport, String host, int port) {

    private static final Pattern FORM =
            Pattern.compile("(?:(iwarps?|verbs)://)?(?:\\[([0-9A-Fa-f:.%]+)]|([^:/\\[\\]]+)):(\\d{1,5})");
    private static final int MAX_PORT = 65535;

    static ListenAddress parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (matcher.matches() && Integer.parseInt(matcher.group(4)) <= MAX_PORT) {
            String host = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
            return new ListenAddress(transport(matcher.group(1)), host, Integer.parseInt(matcher.group(4)));
        }
        throw new TypeConversionException(
                "'" + text + "' is not HOST:PORT; write for example 127.0.0.1:4791, [::1]:4791 for IPv6, "
                        + "iwarps://0.0.0.0:4791 for TLS, or verbs://192.0.2.1:4791 for an RDMA device");
    }

    private static Transport transport(String scheme) {
        return scheme == null ? Transport.IWARP : Transport.valueOf(scheme.toUpperCase(Locale.ROOT));
    }

    /** Whether it is encrypted. */
    boolean tls() {
        return transport == Transport.IWARPS;
    }

    /** Whether it is an RDMA device's. */
    boolean verbs() {
        return transport == Transport.VERBS;
    }

    InetSocketAddress resolve() {
        return new InetSocketAddress(host, port);
    }

    /** The same with the port that was given; plain ones without their scheme. */
    String withPort(int actual) {
        String scheme = transport == Transport.IWARP ? "" : transport.name().toLowerCase(Locale.ROOT) + "://";
        return scheme + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + actual;
    }

    @Override
    public String toString() {
        return withPort(port);
    }
}
