package org.pmuconnector.daemon;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes as people write it: {@code 65536}, {@code 64k}, {@code 256m}, {@code 8g}, {@code 1t}; a k is 1024.
 *
 * @param bytes how many
 */
record ByteSize(long bytes) {

    private static final Pattern FORM = Pattern.compile("(\\d{1,18})([kmgt]?)(i?b)?");
    private static final String SUFFIXES = "kmgt";

    static ByteSize parse(String text) {
        Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw unusable(text);
        }
        long number = Long.parseLong(matcher.group(1));
        int shift = matcher.group(2).isEmpty() ? 0 : 10 * (SUFFIXES.indexOf(matcher.group(2)) + 1);
        if (number > Long.MAX_VALUE >>> shift) {
            throw unusable(text);
        }
        return new ByteSize(number << shift);
    }

    private static TypeConversionException unusable(String text) {
        return new TypeConversionException(
                "'" + text + "' is not a size; write bytes, or a number with k, m, g or t, such as 256m");
    }

    /** Such as 256 MiB, or the plain number where it is no multiple. */
    static String shown(long bytes) {
        String[] units = {" B", " KiB", " MiB", " GiB", " TiB"};
        int unit = 0;
        long number = bytes;
        while (number != 0 && number % 1024 == 0 && unit < units.length - 1) {
            number /= 1024;
            unit++;
        }
        return number + units[unit];
    }

    @Override
    public String toString() {
        return shown(bytes);
    }
}
