package org.pmuconnector.iwarp;

/**
 * The frame of MPA in full operation (RFC 5044, section 4), without markers.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-------------------------------+-------------------------------+
 * |          ULPDU length         |  ULPDU: one DDP segment ...   |
 * +-------------------------------+                               |
 * |                                      ... 0 to 3 bytes of zero |
 * +---------------------------------------------------------------+
 * |   CRC32C of all before, least significant byte first, or 0    |
 * +---------------------------------------------------------------+
 * </pre>
 */
public final class Fpdu {

    /** The ULPDU length field. */
    public static final int HEADER_LENGTH_BYTES = 2;

    /** The CRC field; there, and zero, also where no CRC was negotiated. */
    public static final int CRC_LENGTH_BYTES = 4;

    /** The longest ULPDU that the length field can say. */
    public static final int MAX_ULPDU_LENGTH_BYTES = 65_535;

    /** The longest frame. */
    public static final int MAX_LENGTH_BYTES = totalLengthBytes(MAX_ULPDU_LENGTH_BYTES);

    private Fpdu() {}

    /** From the frame's start to its CRC field. */
    static int coveredLengthBytes(int ulpduLengthBytes) {
        return HEADER_LENGTH_BYTES + ulpduLengthBytes + 3 & ~3;
    }

    /** The whole frame. */
    public static int totalLengthBytes(int ulpduLengthBytes) {
        return coveredLengthBytes(ulpduLengthBytes) + CRC_LENGTH_BYTES;
    }
}
