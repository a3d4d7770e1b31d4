package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows of values under headings, printed in columns or as JSON. */
final class Table {

    private final List<String> headings;
    private final List<List<Object>> rows = new ArrayList<>();

    /** A table; a heading, in lower case, is also the name of the JSON member. */
    Table(String... headings) {
        this.headings = List.of(headings);
    }

    /** Adds a row: numbers and booleans stay such in JSON. */
    void add(Object... values) {
        if (values.length != headings.size()) {
            throw new IllegalArgumentException(values.length + " values for " + headings.size() + " columns");
        }
        rows.add(List.of(values));
    }

    void print(PrintWriter out, boolean json) {
        if (json) {
            printJson(out, "");
            out.println();
        } else {
            printColumns(out);
        }
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    private void printColumns(PrintWriter out) {
        int[] widths = new int[headings.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = headings.get(i).length();
            for (List<Object> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).toString().length());
            }
        }
        List<Object> upper = new ArrayList<>();
        headings.forEach(heading -> upper.add(heading.toUpperCase(Locale.ROOT)));
        printLine(out, upper, widths);
        rows.forEach(row -> printLine(out, row, widths));
    }

    private static void printLine(PrintWriter out, List<Object> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String value = row.get(i).toString();
            String padding = " ".repeat(widths[i] - value.length());
            line.append(row.get(i) instanceof Number ? padding + value : value + padding)
                    .append("  ");
        }
        out.println(line.toString().stripTrailing());
    }

    /**
     * Prints it as a JSON array, without an end of line behind.
     *
     * @param indent before each line but the first
     */
    void printJson(PrintWriter out, String indent) {
        out.println("[");
        for (int r = 0; r < rows.size(); r++) {
            StringBuilder line = new StringBuilder(indent + "  {");
            for (int i = 0; i < headings.size(); i++) {
                Object value = rows.get(r).get(i);
                line.append(i == 0 ? "" : ", ")
                        .append(quoted(camelCase(headings.get(i))))
                        .append(": ")
                        .append(isBare(value) ? value.toString() : quoted(value.toString()));
            }
            out.println(line.append(r + 1 < rows.size() ? "}," : "}"));
        }
        out.print(indent + "]");
    }

    private static boolean isBare(Object value) {
        return value instanceof Number || value instanceof Boolean;
    }

    private static String camelCase(String heading) {
        StringBuilder name = new StringBuilder();
        boolean begins = false;
        for (int i = 0; i < heading.length(); i++) {
            char c = heading.charAt(i);
            if (c != ' ') {
                name.append(begins ? Character.toUpperCase(c) : c);
            }
            begins = c == ' ';
        }
        return name.toString();
    }

    /** A JSON string, RFC 8259 section 7. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
