package org.pmuconnector.pmu.nic;

import java.net.InetSocketAddress;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.verbs.VerbsProvider;

/** Network interfaces whose classes cannot be named where they are wanted, since another class loader defines them. */
@FunctionalInterface
public interface DeviceNicProvider {

    /** The door to network interfaces that speak RDMA verbs. */
    String VERBS = "org.pmuconnector.pmu.nic.verbs.VerbsNicProvider";

    /**
     * Takes an address; nobody is let in before {@link DeviceNic#serve}.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if no device has the address, or it is taken
     */
    DeviceNic bind(InetSocketAddress address, NicOptions options) throws PmuException;

    /**
     * A network interface that speaks RDMA verbs, at an address of this host's.
     *
     * @param address of IPv4; port 0 for any free one
     * @throws PmuException {@code VERBS_NOT_AVAILABLE}, saying what is missing; as {@link #bind}
     */
    static DeviceNic verbs(InetSocketAddress address, NicOptions options) throws PmuException {
        VerbsProvider verbs = VerbsProvider.get();
        verbs.requireDevice();
        return verbs.create(DeviceNicProvider.class, VERBS).bind(address, options);
    }
}
