package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConfigProperty;
import jakarta.resource.spi.ResourceAdapter;
import jakarta.resource.spi.ResourceAdapterAssociation;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.io.Serializable;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/**
 * Which region of which unit: what every JavaBean of this adapter says that is about a region. The server fills it before
 * its first use; from then on it is sealed, as what was made of it would not follow.
 */
public abstract class RegionLocation implements ResourceAdapterAssociation, Serializable {

    private static final long serialVersionUID = 1L;

    private static final String NAME_PATTERN = "[A-Za-z0-9._-]{0,128}";

    @NotNull
    private String unitAddress = "";

    @NotNull
    @Pattern(regexp = NAME_PATTERN, message = "must be letters, digits, '.', '_' and '-', at most 128")
    private String region = "";

    private final Seal seal = new Seal();

    private transient PmuResourceAdapter resourceAdapter;

    /** For the subclasses, which the server instantiates. */
    protected RegionLocation() {}

    @Override
    public ResourceAdapter getResourceAdapter() {
        return resourceAdapter;
    }

    /**
     * Called once by the server, before use.
     *
     * @throws ResourceException if it is another adapter's, or a second call names another one
     */
    @Override
    public void setResourceAdapter(ResourceAdapter adapter) throws ResourceException {
        if (!(adapter instanceof PmuResourceAdapter pmuAdapter)) {
            throw new ResourceException("not an adapter of this kind: " + adapter);
        }
        if (resourceAdapter != null && resourceAdapter != adapter) {
            throw new jakarta.resource.spi.IllegalStateException("already associated with another resource adapter");
        }
        resourceAdapter = pmuAdapter;
    }

    /** The units of the adapter, or of the program where there is none, in the non-managed mode. */
    final UnitInstances units() throws PmuException {
        return resourceAdapter == null ? PmuConnector.units() : resourceAdapter.units();
    }

    /** It is in use from now on: no property changes any more. */
    final void seal() {
        seal.close();
    }

    /** What a setter assigns. */
    final <T> T unlessSealed(String property, T before, T after) {
        return seal.checked(property, before, after);
    }

    /**
     * The unit that is meant.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} if neither this nor the adapter names one, {@code BAD_ADDRESS}
     */
    final UnitAddress effectiveUnitAddress() throws PmuException {
        String own = unitAddress == null ? "" : unitAddress.strip();
        if (!own.isEmpty()) {
            return UnitAddress.parse(own);
        }
        String inherited =
                resourceAdapter == null ? "" : resourceAdapter.getUnitAddress().strip();
        if (inherited.isEmpty()) {
            throw bad("no unit is named: set unitAddress here or at the resource adapter");
        }
        return UnitAddress.parse(inherited);
    }

    /**
     * Checks every property. Servers differ in whether they apply the constraints of the fields, so nothing relies on
     * them.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} or {@code BAD_ADDRESS}: which property, its value and what it may be
     */
    void check() throws PmuException {
        checkRegion();
        effectiveUnitAddress();
    }

    final void checkRegion() throws PmuException {
        checkName("region", region);
        if (region.isEmpty()) {
            throw bad("no region is named: set region");
        }
    }

    static void checkName(String property, String value) throws PmuException {
        if (value == null || !value.matches(NAME_PATTERN)) {
            throw bad(property + " is '" + value + "'; use at most 128 letters, digits, dots, underscores and hyphens");
        }
    }

    static PmuException bad(String message) {
        return new PmuException(ErrorCode.BAD_CONFIGURATION, message);
    }

    public String getUnitAddress() {
        return unitAddress;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            description = "The unit: embedded:PATH, iwarp://HOST:PORT, iwarps://HOST:PORT or verbs://HOST:PORT."
                    + " Empty: the resource adapter's unitAddress.")
    public void setUnitAddress(String unitAddress) {
        this.unitAddress = unlessSealed("unitAddress", this.unitAddress, unitAddress);
    }

    public String getRegion() {
        return region;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            description = "The region's name: 1 to 128 letters, digits, dots, underscores and hyphens. Required.")
    public void setRegion(String region) {
        this.region = unlessSealed("region", this.region, region);
    }
}
