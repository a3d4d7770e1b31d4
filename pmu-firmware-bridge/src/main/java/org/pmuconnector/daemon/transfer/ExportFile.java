package org.pmuconnector.daemon.transfer;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The format of an exported region. This class owns its layout; the messages are those of {@code transfer.proto}, and
 * {@code length} is that of the message behind it as a protobuf varint.
 *
 * <pre>
 * 0                 8
 * +-----------------+--------+--------------+--------+------------+-----+--------+-----------+--------+------------+
 * | "PMUEXPRT"      | length | ExportHeader | length | ExportPart |  …  | length | ExportEnd | length | ExportSeal |
 * +-----------------+--------+--------------+--------+------------+-----+--------+-----------+--------+------------+
 * |&lt;-- what the digest in ExportSeal is of -----------------------------------------------&gt;|
 * </pre>
 *
 * <p>An ExportPart of no bytes, which is the last one, says that there are no more.
 */
final class ExportFile {

    /** The format that this release writes. */
    static final int FORMAT_VERSION = 1;

    /** The most bytes of the log that one part has. */
    static final int MAX_PART_BYTES = 1 << 20;

    /** The longest message: a part with its position, and room for what later releases add. */
    static final int MAX_MESSAGE_BYTES = MAX_PART_BYTES + 64 * 1024;

    private static final String MAGIC = "PMUEXPRT";

    private ExportFile() {}

    static byte[] magic() {
        return MAGIC.getBytes(StandardCharsets.US_ASCII);
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
