package org.pmuconnector.daemon.doctor;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A limit of a process.
 *
 * @param soft what holds; {@link #UNLIMITED}, or {@link #UNKNOWN} where it could not be read
 * @param hard how far it may be raised
 */
public record ResourceLimit(long soft, long hard) {

    static final long UNLIMITED = Long.MAX_VALUE;
    static final long UNKNOWN = -1;

    private static final String NONE = "unlimited";

    /** Of the rows of {@code /proc/self/limits}. */
    static ResourceLimit find(List<String> rows, String name) {
        Pattern row = Pattern.compile(Pattern.quote(name) + " +(\\d{1,18}|unlimited) +(\\d{1,18}|unlimited)( .*)?");
        return rows.stream()
                .map(row::matcher)
                .filter(Matcher::matches)
                .findFirst()
                .map(found -> new ResourceLimit(number(found.group(1)), number(found.group(2))))
                .orElse(new ResourceLimit(UNKNOWN, UNKNOWN));
    }

    private static long number(String text) {
        return text.equals(NONE) ? UNLIMITED : Long.parseLong(text);
    }

    /** The soft limit: a number, or what there is in its place. */
    public Object softOrWord() {
        return orWord(soft);
    }

    /** The hard limit: a number, or what there is in its place. */
    public Object hardOrWord() {
        return orWord(hard);
    }

    private static Object orWord(long value) {
        if (value == UNLIMITED) {
            return NONE;
        }
        return value == UNKNOWN ? "" : value;
    }
}
