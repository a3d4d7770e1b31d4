package org.pmuconnector.log;

import java.util.List;

/**
 * A transaction branch in doubt.
 *
 * @param branch its id
 * @param position where its newest copy begins in the log
 * @param lengthBytes what the copy takes there
 * @param preparedAtMillis when it was prepared, milliseconds since 1970 by the writer's clock
 * @param sets what it commits if it commits
 */
public record PreparedGroup(
        BranchId branch, long position, long lengthBytes, long preparedAtMillis, List<LogRecord> sets) {

    /** The bytes that its outcome will take. */
    long outcomeBytes() {
        return RecordFormat.recordBytes(branch.encodedBytes());
    }
}
