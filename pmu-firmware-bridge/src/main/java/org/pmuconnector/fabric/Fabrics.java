package org.pmuconnector.fabric;

import org.pmuconnector.fabric.embedded.EmbeddedFabric;
import org.pmuconnector.fabric.iwarp.IwarpFabric;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/** Chooses the transport for an address. */
public final class Fabrics {

    private Fabrics() {}

    /**
     * The way to a unit; does not connect.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if this release has no such transport, {@code BAD_ADDRESS} if an
     *     embedded unit's path is none; {@code BAD_CONFIGURATION} also if the TLS files of an {@code iwarps} unit cannot
     *     be used
     */
    public static Fabric of(UnitAddress address, FabricOptions options) throws PmuException {
        return switch (address.transport()) {
            case IWARP, IWARPS -> new IwarpFabric(address, options);
            case EMBEDDED -> new EmbeddedFabric(address);
            case VERBS ->
                throw new PmuException(
                        ErrorCode.BAD_CONFIGURATION,
                        "unit " + address
                                + ": this transport is not in this release; use embedded:PATH, iwarp://HOST:PORT or "
                                + "iwarps://HOST:PORT");
        };
    }
}
