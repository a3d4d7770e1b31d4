package org.pmuconnector.fabric.verbs;

import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.FabricProvider;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/** The door to this package. Stateless. */
public final class VerbsFabricProvider implements FabricProvider {

    /** For the class loader for verbs alone. */
    public VerbsFabricProvider() {}

    @Override
    public Fabric of(UnitAddress address, FabricOptions options) throws PmuException {
        return new VerbsFabric(address, options);
    }
}
