package org.pmuconnector.pmu.nic;

import java.util.List;
import org.pmuconnector.model.PmuException;

/**
 * The unit's memory as network interfaces with tables in hardware see it: what a key stands for is handed to the device,
 * which checks and performs each access itself. Safe for use by many threads.
 */
public interface DeviceMemory {

    /**
     * What a key stands for now, piece by piece, in the order of addresses.
     *
     * <p>By the time this returns the key may have been revoked, and its connection fenced: what is registered for it then
     * is of no use to anybody.
     *
     * @param protectionDomain the connection's
     * @throws ProtectionFaultException if the tables have no such key for that connection
     * @throws PmuException {@code BAD_CONFIGURATION} if the memory cannot be given to a device
     */
    List<DeviceRange> ranges(long protectionDomain, int key) throws ProtectionFaultException, PmuException;

    /** Whether what a device writes is in persistent memory itself, with neither a page cache nor a copy in between. */
    boolean isWrittenDirectly();

    /** The kind of memory, for a person. */
    String memoryDescription();

    /** From now on the interface is asked to fence, before any key is revoked. */
    void attach(DeviceFence fence);

    /** The interface has no connections any more. */
    void detach(DeviceFence fence);
}
