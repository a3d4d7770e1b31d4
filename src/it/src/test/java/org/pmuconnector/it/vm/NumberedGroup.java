package org.pmuconnector.it.vm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A transaction's sets whose every byte follows from a seed: what is read back shows by itself which group it is of, and
 * whether it is whole.
 *
 * @param writer who writes it
 * @param number its place among the writer's groups, from 1
 */
record NumberedGroup(int writer, long number) {

    private static final int HEADER_BYTES = Integer.BYTES + Long.BYTES + Integer.BYTES;
    private static final int MAX_SETS = 3;
    private static final int MAX_FILLING_BYTES = 4_000;

    /** The group that a set says that it is of. */
    static NumberedGroup of(byte[] payload) {
        ByteBuffer bytes = ByteBuffer.wrap(payload);
        return new NumberedGroup(bytes.getInt(), bytes.getLong());
    }

    /** The payloads of its sets. */
    List<byte[]> payloads(long seed) {
        Random random = new Random(seed * 31 + writer * 1_000_003L + number);
        int sets = 1 + random.nextInt(MAX_SETS);
        List<byte[]> payloads = new ArrayList<>();
        for (int index = 0; index < sets; index++) {
            byte[] filling = new byte[random.nextInt(MAX_FILLING_BYTES)];
            random.nextBytes(filling);
            payloads.add(ByteBuffer.allocate(HEADER_BYTES + filling.length)
                    .putInt(writer)
                    .putLong(number)
                    .putInt(index)
                    .put(filling)
                    .array());
        }
        return payloads;
    }
}
