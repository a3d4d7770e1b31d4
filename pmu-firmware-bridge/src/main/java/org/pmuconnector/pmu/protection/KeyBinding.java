package org.pmuconnector.pmu.protection;

import java.util.Set;

/**
 * What a key shall be good for.
 *
 * @param protectionDomain the one connection that may use it
 * @param baseAddress the first byte's virtual address
 * @param lengthBytes more than zero
 * @param rights at least one
 * @param epoch of the region when it was bound; for whoever looks at the table
 */
public record KeyBinding(long protectionDomain, long baseAddress, long lengthBytes, Set<Right> rights, long epoch) {

    /** A binding whose range does not wrap around. */
    public KeyBinding {
        rights = Set.copyOf(rights);
        if (rights.isEmpty() || lengthBytes <= 0 || baseAddress < 0 || baseAddress + lengthBytes < 0) {
            throw new IllegalArgumentException(
                    "binding of " + lengthBytes + " bytes at 0x" + Long.toHexString(baseAddress) + " with " + rights);
        }
    }
}
