package org.pmuconnector.pmu.nic;

import java.nio.ByteBuffer;

/**
 * The unit's memory as connections see it: every access is checked against the protection table, translated and then
 * performed. Safe for use by many threads; an access takes no lock.
 *
 * <p>An access under a key that is being revoked either completes before the revocation returns or is refused.
 */
public interface RemoteMemory {

    /**
     * Places all that remains in the source.
     *
     * @param protectionDomain the connection's
     * @param key the steering tag that came with the data
     * @param address a virtual address
     * @throws ProtectionFaultException if the tables refuse it; nothing was placed
     */
    void place(long protectionDomain, int key, long address, ByteBuffer source) throws ProtectionFaultException;

    /**
     * Fills the sink from its position to its limit.
     *
     * @throws ProtectionFaultException if the tables refuse it; the sink's position is unchanged
     */
    void fetch(long protectionDomain, int key, long address, ByteBuffer sink) throws ProtectionFaultException;

    /**
     * Checks a whole read before its first byte is fetched in parts.
     *
     * @throws ProtectionFaultException if the tables refuse it
     */
    void checkFetch(long protectionDomain, int key, long address, long lengthBytes) throws ProtectionFaultException;
}
