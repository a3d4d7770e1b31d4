package org.pmuconnector.log;

import java.util.List;

/**
 * The records of one transaction step: valid as a whole or not at all.
 *
 * @param position where it begins in the log
 * @param lengthBytes up to the next group
 * @param records one or more, in log order
 */
public record LogGroup(long position, long lengthBytes, List<LogRecord> records) {

    /** The first record, which tells what the group is. */
    public LogRecord first() {
        return records.get(0);
    }

    /** Where the next group begins. */
    public long endPosition() {
        return position + lengthBytes;
    }
}
