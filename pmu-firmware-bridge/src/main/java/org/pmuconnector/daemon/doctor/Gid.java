package org.pmuconnector.daemon.doctor;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of the addresses that a port of an RDMA device goes by.
 *
 * @param index its place in the port's table
 * @param text as the kernel writes it: eight groups of four digits
 * @param type such as {@code RoCE v2}; empty where that means nothing
 * @param networkInterface the one that it comes from; empty if the kernel does not say
 */
public record Gid(String index, String text, String type, String networkInterface) {

    private static final Pattern MAPPED = Pattern.compile("(?:0000:){5}ffff:(\\p{XDigit}{4}):(\\p{XDigit}{4})");

    /** The IPv4 address that it stands for, of those that do ({@code ::ffff:a.b.c.d}). */
    Optional<String> ipv4() {
        Matcher matcher = MAPPED.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int high = Integer.parseInt(matcher.group(1), 16);
        int low = Integer.parseInt(matcher.group(2), 16);
        return Optional.of((high >> 8) + "." + (high & 0xff) + "." + (low >> 8) + "." + (low & 0xff));
    }

    /** An IPv4 address as such. */
    public String shown() {
        return ipv4().map(address -> "::ffff:" + address).orElse(text);
    }

    /** Whether its place in the table is free. */
    boolean isZero() {
        return text.chars().allMatch(c -> c == '0' || c == ':');
    }
}
