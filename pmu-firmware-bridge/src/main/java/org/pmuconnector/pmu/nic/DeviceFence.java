package org.pmuconnector.pmu.nic;

import java.util.Set;
import org.pmuconnector.model.PmuException;

/** How accesses that no code of the unit sees are ended. Safe for use by many threads. */
@FunctionalInterface
public interface DeviceFence {

    /**
     * Ends connections at the device. When this returns, no access of theirs can land any more; how long that takes does
     * not depend on how much memory they had. A connection that this interface does not have is passed over.
     *
     * @param protectionDomains those of the connections
     * @throws PmuException {@code FENCE_UNCONFIRMED} if the device did not confirm it for one of them, whose accesses may
     *     still land
     */
    void fence(Set<Long> protectionDomains) throws PmuException;
}
