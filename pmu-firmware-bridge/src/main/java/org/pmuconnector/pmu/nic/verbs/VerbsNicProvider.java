package org.pmuconnector.pmu.nic.verbs;

import java.net.InetSocketAddress;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.nic.DeviceNic;
import org.pmuconnector.pmu.nic.DeviceNicProvider;
import org.pmuconnector.pmu.nic.NicOptions;

/** The door to this package. Stateless. */
public final class VerbsNicProvider implements DeviceNicProvider {

    /** For the class loader for verbs alone. */
    public VerbsNicProvider() {}

    @Override
    public DeviceNic bind(InetSocketAddress address, NicOptions options) throws PmuException {
        return VerbsNic.bind(address, options);
    }
}
