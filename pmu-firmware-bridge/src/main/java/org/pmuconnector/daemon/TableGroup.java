package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Several tables: one below the other, or the members of one JSON object. */
final class TableGroup {

    private final Map<String, Table> tables = new LinkedHashMap<>();

    /** Adds a table; the name is that of the JSON member. */
    void add(String name, Table table) {
        tables.put(name, table);
    }

    /** Prints each table that has rows, and an empty line behind it. */
    void printColumns(PrintWriter out) {
        for (Table table : tables.values()) {
            if (!table.isEmpty()) {
                table.print(out, false);
                out.println();
            }
        }
    }

    /** Prints all of them. */
    void printJson(PrintWriter out) {
        out.println("{");
        int left = tables.size();
        for (Map.Entry<String, Table> member : tables.entrySet()) {
            out.print("  \"" + member.getKey() + "\": ");
            member.getValue().printJson(out, "  ");
            out.println(--left > 0 ? "," : "");
        }
        out.println("}");
    }
}
