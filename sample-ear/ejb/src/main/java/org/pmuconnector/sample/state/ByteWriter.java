package org.pmuconnector.sample.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Collects numbers and names, small numbers in few bytes: seven bits to a byte, lowest first. */
final class ByteWriter {

    private byte[] buffer = new byte[1024];
    private int length;

    /** A number of 0 or more in 1 to 9 bytes. */
    void unsigned(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("negative: " + value);
        }
        bits(value);
    }

    /** Any number; those near zero are short. */
    void signed(long value) {
        bits((value << 1) ^ (value >> 63));
    }

    /** An ASCII name of up to 127 characters. */
    void name(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        unsigned(bytes.length);
        reserve(bytes.length);
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(buffer, length);
    }

    private void bits(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            buffer[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        buffer[length++] = (byte) rest;
    }

    private void reserve(int count) {
        if (buffer.length - length < count) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + count));
        }
    }
}
