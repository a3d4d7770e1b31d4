package org.pmuconnector.sample.state;

import java.nio.charset.StandardCharsets;

/** Reads what {@link ByteWriter} wrote and trusts none of it. */
final class ByteReader {

    private static final int MAX_NAME_LENGTH = 127;

    private final byte[] bytes;
    private int offset;

    ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    long unsigned() throws MalformedPayloadException {
        long value = bits();
        if (value < 0) {
            throw malformed("a number is out of range");
        }
        return value;
    }

    long signed() throws MalformedPayloadException {
        long value = bits();
        return (value >>> 1) ^ -(value & 1);
    }

    /** A number of 0 to {@code max}. */
    long unsignedUpTo(long max, String what) throws MalformedPayloadException {
        return bounded(unsigned(), max, what);
    }

    /** How many elements follow, each of at least one byte: more than there are bytes cannot be. */
    int count(String what) throws MalformedPayloadException {
        long value = unsigned();
        return (int) bounded(value, bytes.length - offset, "the number of " + what);
    }

    String name() throws MalformedPayloadException {
        int nameLength = count("characters in a name");
        bounded(nameLength, MAX_NAME_LENGTH, "a name's length");
        String name = new String(bytes, offset, nameLength, StandardCharsets.US_ASCII);
        offset += nameLength;
        return name;
    }

    void end() throws MalformedPayloadException {
        if (offset != bytes.length) {
            throw malformed(bytes.length - offset + " bytes are left over");
        }
    }

    MalformedPayloadException malformed(String reason) {
        return new MalformedPayloadException(reason + ", at offset " + offset + " of " + bytes.length);
    }

    private long bounded(long value, long max, String what) throws MalformedPayloadException {
        if (value > max) {
            throw malformed(what + " is " + value + ", more than " + max);
        }
        return value;
    }

    private long bits() throws MalformedPayloadException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (offset >= bytes.length) {
                throw malformed("the bytes end too early");
            }
            byte next = bytes[offset++];
            // Of the tenth byte only the lowest bit has room.
            if (shift == 63 && (next & 0xFE) != 0) {
                throw malformed("a number is longer than 64 bits");
            }
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw malformed("a number is longer than 64 bits");
    }
}
