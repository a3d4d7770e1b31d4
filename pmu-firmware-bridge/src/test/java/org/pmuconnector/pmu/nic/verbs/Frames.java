package org.pmuconnector.pmu.nic.verbs;

import com.google.protobuf.MessageLite;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The frames of messages over verbs, byte by byte as the tests want them. */
final class Frames {

    static final int VERSION = 1;
    static final int LAST = 1;
    static final int NOTHING = 2;
    static final int HEADER_BYTES = 4;

    private Frames() {}

    static byte[] frame(int version, int flags, int credits, byte[] part) {
        return ByteBuffer.allocate(HEADER_BYTES + part.length)
                .put((byte) version)
                .put((byte) flags)
                .putShort((short) credits)
                .put(part)
                .array();
    }

    static byte[] whole(int credits, MessageLite message) {
        return frame(VERSION, LAST, credits, message.toByteArray());
    }

    static byte[] nothing(int credits) {
        return frame(VERSION, NOTHING, credits, new byte[0]);
    }

    static boolean isNothing(byte[] frame) {
        return (frame[1] & NOTHING) != 0;
    }

    static boolean isLast(byte[] frame) {
        return (frame[1] & LAST) != 0;
    }

    static int credits(byte[] frame) {
        return Short.toUnsignedInt(ByteBuffer.wrap(frame).getShort(2));
    }

    static byte[] part(byte[] frame) {
        return Arrays.copyOfRange(frame, HEADER_BYTES, frame.length);
    }
}
