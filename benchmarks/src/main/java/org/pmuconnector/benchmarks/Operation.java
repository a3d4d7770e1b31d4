package org.pmuconnector.benchmarks;

import java.util.Locale;

/** What is measured on a connection to a unit, and by the yardstick alike. */
enum Operation {
    /** A write, and the read of its last bytes. */
    VISIBLE,
    /** A write, and a message that asks to make it persistent. */
    PERSISTENT,
    /** A read. */
    READ;

    /** As the yardstick calls it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
