package org.pmuconnector.pmu.nic;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A piece of memory behind a key.
 *
 * @param address its first byte's virtual address
 * @param memory a direct buffer: what is between its position and its limit is the memory itself
 * @param writable whether the key grants writing as well as reading
 */
public record DeviceRange(long address, ByteBuffer memory, boolean writable) {

    /** Checks that it can be registered. */
    public DeviceRange {
        if (!Objects.requireNonNull(memory).isDirect()) {
            throw new IllegalArgumentException("a device can be given direct buffers alone");
        }
    }
}
