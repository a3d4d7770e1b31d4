package org.pmuconnector.ra.job;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Updates that are numbered, and otherwise of random length and content that follow from the number. */
final class NumberedUpdate {

    private static final int MAX_FILLER_BYTES = 2000;

    private NumberedUpdate() {}

    static byte[] of(long number) {
        byte[] bytes = new byte[Long.BYTES + (int) (number * 131 % MAX_FILLER_BYTES)];
        ByteBuffer.wrap(bytes).putLong(number);
        for (int i = Long.BYTES; i < bytes.length; i++) {
            bytes[i] = (byte) (number + i);
        }
        return bytes;
    }

    /** The number of an update; an error if it is not exactly that of its number. */
    static long numberOf(byte[] update) {
        long number = ByteBuffer.wrap(update).getLong();
        if (!Arrays.equals(update, of(number))) {
            throw new IllegalStateException("update " + number + " is not what was written");
        }
        return number;
    }
}
