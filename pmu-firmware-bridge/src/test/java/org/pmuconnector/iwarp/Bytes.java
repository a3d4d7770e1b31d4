package org.pmuconnector.iwarp;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Bytes in tests as they are printed in a dump. */
final class Bytes {

    private static final HexFormat SPACED = HexFormat.ofDelimiter(" ");

    private Bytes() {}

    static byte[] of(String hex) {
        return SPACED.parseHex(hex);
    }

    static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return SPACED.formatHex(copy);
    }

    /** Puts bytes into a reader as if they had been received at once. */
    static void receive(FpduReader reader, byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            ByteBuffer space = reader.space();
            int length = Math.min(space.remaining(), bytes.length - at);
            space.put(bytes, at, length);
            at += length;
        }
    }
}
