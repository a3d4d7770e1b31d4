package org.pmuconnector.fabric;

import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/** A transport whose classes cannot be named where it is chosen, since another class loader defines them. */
@FunctionalInterface
public interface FabricProvider {

    /**
     * The way to a unit; does not connect.
     *
     * @throws PmuException {@code BAD_ADDRESS} if this transport cannot reach such an address
     */
    Fabric of(UnitAddress address, FabricOptions options) throws PmuException;
}
