package org.pmuconnector.verbs.disni;

import com.ibm.disni.util.MemoryUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory to hand to native methods: reads as an IPv4 socket address of family AF_INET, and as an empty list. */
final class Memory {

    private static final int LENGTH_BYTES = 4096;
    private static final short AF_INET = 2;

    private static final ByteBuffer BYTES = ByteBuffer.allocateDirect(LENGTH_BYTES)
            .order(ByteOrder.nativeOrder())
            .putShort(0, AF_INET);

    /** Where it is; it stays there. */
    static final long ADDRESS = MemoryUtils.getAddress(BYTES);

    private Memory() {}
}
