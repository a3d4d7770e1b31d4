package org.pmuconnector.daemon;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * Where to listen: {@code HOST:PORT} or {@code [IPV6]:PORT}; port 0 is any free one.
 *
 * @param host name or address
 * @param port 0 to 65535
 */
record ListenAddress(String host, int port) {

    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^:\\[\\]]+)):(\\d{1,5})");
    private static final int MAX_PORT = 65535;

    static ListenAddress parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (matcher.matches() && Integer.parseInt(matcher.group(3)) <= MAX_PORT) {
            String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            return new ListenAddress(host, Integer.parseInt(matcher.group(3)));
        }
        throw new TypeConversionException(
                "'" + text + "' is not HOST:PORT; write for example 127.0.0.1:4791, or [::1]:4791 for IPv6");
    }

    InetSocketAddress resolve() {
        return new InetSocketAddress(host, port);
    }

    /** The same host with the port that was given. */
    String withPort(int actual) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + actual;
    }

    @Override
    public String toString() {
        return withPort(port);
    }
}
