package org.pmuconnector.ra;

import jakarta.resource.spi.ConfigProperty;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;

/**
 * Which region, and how it is made where the unit has none of that name: what a connection factory and an activation
 * both say.
 *
 * <p>The field initialisers repeat the annotated defaults because some servers apply neither the annotations' nor a
 * descriptor's defaults to activations.
 */
public abstract class RegionProperties extends RegionLocation {

    private static final long serialVersionUID = 1L;

    /** The smallest region that a unit makes. */
    static final long MIN_REGION_BYTES = 256L << 10;

    /** The largest unit, so the largest region. */
    static final long MAX_REGION_BYTES = 1L << 40;

    @NotNull
    @Pattern(regexp = "[A-Za-z0-9._-]{0,128}", message = "must be letters, digits, '.', '_' and '-', at most 128")
    private String subscription = "";

    @NotNull
    private Boolean createRegion = true;

    @NotNull
    @Min(0)
    @Max(MAX_REGION_BYTES)
    private Long regionSizeBytes = 0L;

    @NotNull
    @Min(0)
    @Max(MAX_REGION_BYTES / 4)
    private Long maxBaseBytes = 0L;

    @NotNull
    @Pattern(regexp = "(?i)(VISIBLE|PERSISTENT)?", message = "must be VISIBLE, PERSISTENT or empty")
    private String persistenceLevel = "";

    @NotNull
    @Pattern(regexp = "(?i)(BASE|CLEARED)?", message = "must be BASE, CLEARED or empty")
    private String retain = "";

    /** For the subclasses, which the server instantiates. */
    protected RegionProperties() {}

    @Override
    void check() throws PmuException {
        super.check();
        regionSettings();
    }

    /**
     * Checks everything and says it in the log's words. Servers differ in whether they apply the constraints above, so
     * nothing relies on them.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} or {@code BAD_ADDRESS}: which property, its value and what it may be
     */
    final RegionSettings regionSettings() throws PmuException {
        checkRegion();
        checkName("subscription", subscription);
        long size = inRange("regionSizeBytes", regionSizeBytes, 0, MAX_REGION_BYTES);
        if (size != 0 && size < MIN_REGION_BYTES) {
            throw bad("regionSizeBytes is " + size + "; use 0 or at least " + MIN_REGION_BYTES);
        }
        long base = inRange("maxBaseBytes", maxBaseBytes, 0, MAX_REGION_BYTES / 4);
        if (size != 0 && base > size / 4) {
            throw bad("maxBaseBytes is " + base + "; use at most a quarter of regionSizeBytes, " + size / 4);
        }
        return new RegionSettings(
                getRegion(),
                !Boolean.FALSE.equals(createRegion),
                size,
                base,
                oneOf("persistenceLevel", persistenceLevel, PersistenceLevel.class),
                oneOf("retain", retain, Retention.class));
    }

    /** All that is configured here, for comparison. */
    final List<String> regionConfiguration() {
        return Stream.<Object>of(
                        getUnitAddress(),
                        getRegion(),
                        subscription,
                        createRegion,
                        regionSizeBytes,
                        maxBaseBytes,
                        persistenceLevel,
                        retain)
                .map(String::valueOf)
                .toList();
    }

    /** The value of an enumerated property, null if it is empty. */
    static <E extends Enum<E>> E oneOf(String property, String value, Class<E> type) throws PmuException {
        if (value == null || value.isBlank()) {
            return null;
        }
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(value.strip().toUpperCase(Locale.ROOT))) {
                return constant;
            }
        }
        throw bad(property + " is '" + value + "'; use one of " + List.of(type.getEnumConstants()));
    }

    static long inRange(String property, Number value, long smallest, long largest) throws PmuException {
        if (value == null || value.longValue() < smallest || value.longValue() > largest) {
            throw bad(property + " is " + value + "; use " + smallest + " to " + largest);
        }
        return value.longValue();
    }

    public String getSubscription() {
        return subscription;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            description = "The durable subscription whose cursor says what was taken; up to 128 letters, digits, dots,"
                    + " underscores and hyphens. Empty: none.")
    public void setSubscription(String subscription) {
        this.subscription = unlessSealed("subscription", this.subscription, subscription);
    }

    public Boolean getCreateRegion() {
        return createRegion;
    }

    @ConfigProperty(
            type = Boolean.class,
            defaultValue = "true",
            description = "Whether to make the region where the unit has none of that name.")
    public void setCreateRegion(Boolean createRegion) {
        this.createRegion = unlessSealed("createRegion", this.createRegion, createRegion);
    }

    public Long getRegionSizeBytes() {
        return regionSizeBytes;
    }

    @ConfigProperty(
            type = Long.class,
            defaultValue = "0",
            description = "The region's size in bytes, 262144 to 1099511627776. 0: as it is, 67108864 for a new one.")
    public void setRegionSizeBytes(Long regionSizeBytes) {
        this.regionSizeBytes = unlessSealed("regionSizeBytes", this.regionSizeBytes, regionSizeBytes);
    }

    public Long getMaxBaseBytes() {
        return maxBaseBytes;
    }

    @ConfigProperty(
            type = Long.class,
            defaultValue = "0",
            description = "The longest base that always finds room, in bytes; at most a quarter of the region."
                    + " 0: as it is, an eighth of the region for a new one.")
    public void setMaxBaseBytes(Long maxBaseBytes) {
        this.maxBaseBytes = unlessSealed("maxBaseBytes", this.maxBaseBytes, maxBaseBytes);
    }

    public String getPersistenceLevel() {
        return persistenceLevel;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            description =
                    "What a commit survives: VISIBLE, the death of every client process; PERSISTENT, also the"
                            + " unit's loss of power. Empty: as the region is, the strongest that the unit offers for a new one.")
    public void setPersistenceLevel(String persistenceLevel) {
        this.persistenceLevel = unlessSealed("persistenceLevel", this.persistenceLevel, persistenceLevel);
    }

    public String getRetain() {
        return retain;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            description = "What frees the region's room: BASE, a newer base; CLEARED, what the subscription cleared."
                    + " Empty: as the region is, BASE for a new one.")
    public void setRetain(String retain) {
        this.retain = unlessSealed("retain", this.retain, retain);
    }
}
