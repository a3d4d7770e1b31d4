package org.pmuconnector.fabric;

import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.fabric.iwarp.IwarpFabric;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.verbs.VerbsProvider;

/** Chooses the transport for an address. */
public final class Fabrics {

    private static final String VERBS = "org.pmuconnector.fabric.verbs.VerbsFabricProvider";

    private Fabrics() {}

    /**
     * The way to a unit; does not connect.
     *
     * @throws PmuException {@code BAD_ADDRESS} if an embedded unit's path is none, or verbs cannot reach such an address;
     *     {@code BAD_CONFIGURATION} if the TLS files of an {@code iwarps} unit cannot be used; {@code VERBS_NOT_AVAILABLE} if
     *     something that {@code verbs} need is missing, which it names
     */
    public static Fabric of(UnitAddress address, FabricOptions options) throws PmuException {
        return switch (address.transport()) {
            case IWARP, IWARPS -> new IwarpFabric(address, options);
            case EMBEDDED -> new EmbeddedFabric(address);
            case VERBS -> verbs(address, options);
        };
    }

    private static Fabric verbs(UnitAddress address, FabricOptions options) throws PmuException {
        VerbsProvider verbs;
        try {
            verbs = VerbsProvider.get();
            verbs.requireDevice();
        } catch (PmuException e) {
            throw new PmuException(e.code(), "unit " + address + ": " + e.getMessage(), e);
        }
        return verbs.create(FabricProvider.class, VERBS).of(address, options);
    }
}
