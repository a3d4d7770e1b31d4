package org.pmuconnector.pmu.nic;

import java.net.InetSocketAddress;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.Pinning;

/**
 * A network interface in hardware, or in the kernel: it checks and performs each access by tables of its own, which this
 * unit's are mirrored in. Safe for use by many threads.
 */
public interface DeviceNic extends AutoCloseable {

    /**
     * What the device beneath accepts to be pinned.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if the address is on no device
     */
    Pinning pinning() throws PmuException;

    /**
     * Serves a unit from now on.
     *
     * @param persistentByRead whether what was read back is persistent (the appliance method): only right on memory that the
     *     device writes to directly, past all volatile caches
     * @throws PmuException {@code BAD_CONFIGURATION} if the memory is not such, and the appliance method is asked for
     */
    void serve(DeviceMemory memory, ControlService service, boolean persistentByRead) throws PmuException;

    /** Where it listens. */
    InetSocketAddress localAddress();

    /** Connections that are open now. */
    int connectionCount();

    /** Stops listening and ends all connections; waits a few seconds for their threads. Closing twice does nothing. */
    @Override
    void close();
}
