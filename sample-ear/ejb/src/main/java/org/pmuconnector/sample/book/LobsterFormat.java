package org.pmuconnector.sample.book;

/**
 * Reads and writes the lines of a LOBSTER message file: {@code time,type,order id,size,price,direction}.
 *
 * <p>Strict: decimal digits only, every field in its range, no empty line, no header. Blanks around a field are taken,
 * as the format's own documentation prints them, and so is a seventh field (the attribution that newer files carry),
 * which is not kept. Stateless; safe for use by many threads.
 */
public final class LobsterFormat {

    /** No line of a message file comes near this length. */
    public static final int MAX_LINE_LENGTH = 256;

    private static final int FIELD_COUNT = 6;
    private static final int MAX_DECIMALS = 9;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private LobsterFormat() {}

    /**
     * One line as a message.
     *
     * @param line the line without its end
     * @param lineNumber its number, from 1, for the error
     * @throws MalformedMessageException if it is not a message, naming the line, the field and the rule
     */
    public static Message parse(String line, long lineNumber) throws MalformedMessageException {
        if (line.length() > MAX_LINE_LENGTH) {
            throw new MalformedMessageException(
                    lineNumber, "the line is longer than " + MAX_LINE_LENGTH + " characters");
        }
        String[] fields = line.split(",", -1);
        if (fields.length != FIELD_COUNT && fields.length != FIELD_COUNT + 1) {
            throw new MalformedMessageException(
                    lineNumber,
                    "expected 6 fields (time,type,order id,size,price,direction), found "
                            + (line.isBlank() ? 0 : fields.length));
        }
        long timeNanos = time(fields[0].strip(), lineNumber);
        long code = integer(fields[1].strip(), "type", lineNumber);
        MessageType type = MessageType.ofCode(code)
                .orElseThrow(
                        () -> new MalformedMessageException(lineNumber, "type must be from 1 to 7, found " + code));
        long orderId = integer(fields[2].strip(), "order id", lineNumber);
        int size = smallInteger(fields[3].strip(), "size", lineNumber);
        long price = integer(fields[4].strip(), "price", lineNumber);
        int direction = smallInteger(fields[5].strip(), "direction", lineNumber);
        try {
            return new Message(timeNanos, type, orderId, size, price, direction);
        } catch (IllegalArgumentException outOfRange) {
            throw new MalformedMessageException(lineNumber, outOfRange.getMessage());
        }
    }

    /** A message as the line that {@link #parse} reads back equal, without a line end. */
    public static String format(Message message) {
        StringBuilder line = new StringBuilder(48);
        appendTime(line, message.timeNanos());
        return line.append(',')
                .append(message.type().code())
                .append(',')
                .append(message.orderId())
                .append(',')
                .append(message.size())
                .append(',')
                .append(message.price())
                .append(',')
                .append(message.direction())
                .toString();
    }

    /**
     * A time in seconds with up to nine decimals, as nanoseconds.
     *
     * @throws MalformedMessageException if it is not such a number
     */
    public static long time(String text, long lineNumber) throws MalformedMessageException {
        int point = text.indexOf('.');
        String whole = point < 0 ? text : text.substring(0, point);
        String decimals = point < 0 ? "" : text.substring(point + 1);
        boolean wellFormed = isDigits(whole)
                && whole.length() <= 6
                && (point < 0 || (isDigits(decimals) && decimals.length() <= MAX_DECIMALS));
        if (!wellFormed) {
            throw new MalformedMessageException(
                    lineNumber, "time must be seconds after midnight with up to 9 decimals, found " + quote(text));
        }
        long nanos = decimals.isEmpty() ? 0 : Long.parseLong(decimals);
        for (int digit = decimals.length(); digit < MAX_DECIMALS; digit++) {
            nanos *= 10;
        }
        return Long.parseLong(whole) * NANOS_PER_SECOND + nanos;
    }

    /** Appends nanoseconds after midnight as seconds with nine decimals. */
    static void appendTime(StringBuilder line, long timeNanos) {
        String decimals = Long.toString(timeNanos % NANOS_PER_SECOND);
        line.append(timeNanos / NANOS_PER_SECOND).append('.');
        line.append("0".repeat(MAX_DECIMALS - decimals.length())).append(decimals);
    }

    private static long integer(String text, String field, long lineNumber) throws MalformedMessageException {
        boolean negative = text.startsWith("-");
        // Eighteen digits always fit a long.
        if (!isDigits(negative ? text.substring(1) : text) || text.length() > (negative ? 19 : 18)) {
            throw new MalformedMessageException(lineNumber, field + " must be an integer, found " + quote(text));
        }
        return Long.parseLong(text);
    }

    private static int smallInteger(String text, String field, long lineNumber) throws MalformedMessageException {
        long value = integer(text, field, lineNumber);
        if (value < Integer.MIN_VALUE || value > Integer.MAX_VALUE) {
            throw new MalformedMessageException(lineNumber, field + " is too large: " + value);
        }
        return (int) value;
    }

    private static boolean isDigits(String text) {
        if (text.isEmpty()) {
            return false;
        }
        for (int index = 0; index < text.length(); index++) {
            // Not Character.isDigit: other scripts' digits are no part of the format.
            if (text.charAt(index) < '0' || text.charAt(index) > '9') {
                return false;
            }
        }
        return true;
    }

    /** The text for an error message: bounded, and without what would break a log line. */
    private static String quote(String text) {
        String bounded = text.length() > 32 ? text.substring(0, 32) + "..." : text;
        return '"' + bounded.replaceAll("[^\\x20-\\x7e]", "?") + '"';
    }
}
