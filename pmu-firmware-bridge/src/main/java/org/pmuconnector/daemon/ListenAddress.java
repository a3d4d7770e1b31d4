package org.pmuconnector.daemon;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * Where to listen: {@code HOST:PORT} or {@code [IPV6]:PORT}, after {@code iwarp://} or, encrypted, {@code iwarps://};
 * port 0 is any free one.
 *
 * @param tls whether it is encrypted
 * @param host name or address
 * @param port 0 to 65535
 */
record ListenAddress(boolean tls, String host, int port) {

    private static final Pattern FORM =
            Pattern.compile("(?:(iwarps?)://)?(?:\\[([0-9A-Fa-f:.%]+)]|([^:/\\[\\]]+)):(\\d{1,5})");
    private static final int MAX_PORT = 65535;

    static ListenAddress parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (matcher.matches() && Integer.parseInt(matcher.group(4)) <= MAX_PORT) {
            String host = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
            return new ListenAddress("iwarps".equals(matcher.group(1)), host, Integer.parseInt(matcher.group(4)));
        }
        throw new TypeConversionException(
                "'" + text + "' is not HOST:PORT; write for example 127.0.0.1:4791, [::1]:4791 for IPv6, or "
                        + "iwarps://0.0.0.0:4791 for TLS");
    }

    InetSocketAddress resolve() {
        return new InetSocketAddress(host, port);
    }

    /** The same with the port that was given; plain ones without their scheme. */
    String withPort(int actual) {
        return (tls ? "iwarps://" : "") + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + actual;
    }

    @Override
    public String toString() {
        return withPort(port);
    }
}
