package org.pmuconnector.ra;

import jakarta.resource.spi.Activation;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.ConfigProperty;
import jakarta.resource.spi.InvalidPropertyException;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.instance.DeliverySettings;
import org.pmuconnector.instance.DeliverySettings.PoisonPolicy;
import org.pmuconnector.instance.ReplicaSettings;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.model.TakeoverPriority;

/**
 * What a message-driven bean that follows a region is configured with. Its activation seals its properties; two of them are
 * the same only if they are one object.
 */
@Activation(messageListeners = CheckpointListener.class)
public class CheckpointActivationSpec extends RegionProperties implements ActivationSpec {

    private static final long serialVersionUID = 1L;

    private static final long MAX_MILLIS = 3_600_000;

    private static final int MAX_SETS = 1_000_000;

    private static final int MAX_REDELIVERIES = 1_000_000;

    @NotNull
    @Pattern(regexp = "(?i)AUTO|STANDBY|PRIMARY", message = "must be AUTO, STANDBY or PRIMARY")
    private String role = "AUTO";

    @NotNull
    @Min(TakeoverPriority.LOWEST)
    @Max(TakeoverPriority.HIGHEST)
    private Integer takeoverPriority = TakeoverPriority.DEFAULT;

    @NotNull
    @Min(1)
    @Max(MAX_MILLIS)
    private Long pollIntervalMillis = 100L;

    @NotNull
    @Min(1)
    @Max(MAX_SETS)
    private Integer maxFetchSets = 1000;

    @NotNull
    @Pattern(regexp = "(?i)BASE|CURSOR", message = "must be BASE or CURSOR")
    private String resume = "BASE";

    @NotNull
    @Min(1)
    @Max(MAX_SETS)
    private Integer maxBatchSets = 1;

    @NotNull
    @Min(0)
    @Max(MAX_MILLIS)
    private Long maxBatchWaitMillis = 0L;

    @NotNull
    @Min(0)
    @Max(MAX_REDELIVERIES)
    private Integer maxRedeliveries = 0;

    @NotNull
    @Pattern(regexp = "(?i)STOP|PARK", message = "must be STOP or PARK")
    private String poisonPolicy = "STOP";

    /** Called by the server. */
    public CheckpointActivationSpec() {}

    /** Called by some servers, and by the adapter for those that do not. */
    @Override
    public void validate() throws InvalidPropertyException {
        try {
            check();
        } catch (PmuException e) {
            InvalidPropertyException invalid = new InvalidPropertyException(e.getMessage(), e);
            invalid.setErrorCode(e.code().text());
            throw invalid;
        }
    }

    @Override
    void check() throws PmuException {
        super.check();
        replicaSettings();
    }

    /** How the region is followed. */
    final ReplicaSettings replicaSettings() throws PmuException {
        Resume resumes = required("resume", resume, Resume.class);
        if (resumes == Resume.CURSOR && getSubscription().isEmpty()) {
            throw bad("resume is CURSOR and no subscription is named whose cursor that is: set subscription");
        }
        return new ReplicaSettings(
                required("role", role, Role.class),
                (int) inRange("takeoverPriority", takeoverPriority, TakeoverPriority.LOWEST, TakeoverPriority.HIGHEST),
                Duration.ofMillis(inRange("pollIntervalMillis", pollIntervalMillis, 1, MAX_MILLIS)),
                (int) inRange("maxFetchSets", maxFetchSets, 1, MAX_SETS),
                getSubscription().isEmpty() ? null : getSubscription(),
                resumes,
                deliverySettings());
    }

    private DeliverySettings deliverySettings() throws PmuException {
        PoisonPolicy poison = required("poisonPolicy", poisonPolicy, PoisonPolicy.class);
        if (poison == PoisonPolicy.PARK) {
            if (getSubscription().isEmpty()) {
                throw bad("poisonPolicy is PARK and no subscription is named for which to park: set subscription");
            }
            if (regionSettings().retention() == Retention.BASE) {
                throw bad("poisonPolicy is PARK and retain is BASE: a newer base would free what is parked;"
                        + " use retain=CLEARED or poisonPolicy=STOP");
            }
        }
        return new DeliverySettings(
                (int) inRange("maxBatchSets", maxBatchSets, 1, MAX_SETS),
                Duration.ofMillis(inRange("maxBatchWaitMillis", maxBatchWaitMillis, 0, MAX_MILLIS)),
                (int) inRange("maxRedeliveries", maxRedeliveries, 0, MAX_REDELIVERIES),
                poison);
    }

    private static <E extends Enum<E>> E required(String property, String value, Class<E> type) throws PmuException {
        E found = oneOf(property, value, type);
        if (found == null) {
            throw bad(property + " is empty; use one of " + List.of(type.getEnumConstants()));
        }
        return found;
    }

    public String getRole() {
        return role;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "AUTO",
            description = "AUTO: become primary when the region has none, standby otherwise; STANDBY: never become"
                    + " primary; PRIMARY: become primary, and stay down once another took over.")
    public void setRole(String role) {
        this.role = unlessSealed("role", this.role, role);
    }

    public Integer getTakeoverPriority() {
        return takeoverPriority;
    }

    @ConfigProperty(
            type = Integer.class,
            defaultValue = "100",
            description = "Which server comes first when the region has no primary: of those that stand by and may take"
                    + " over, the one with the highest number, 1 to 255.")
    public void setTakeoverPriority(Integer takeoverPriority) {
        this.takeoverPriority = unlessSealed("takeoverPriority", this.takeoverPriority, takeoverPriority);
    }

    public Long getPollIntervalMillis() {
        return pollIntervalMillis;
    }

    @ConfigProperty(
            type = Long.class,
            defaultValue = "100",
            description = "How often a standby looks for new sets, in milliseconds, 1 to 3600000.")
    public void setPollIntervalMillis(Long pollIntervalMillis) {
        this.pollIntervalMillis = unlessSealed("pollIntervalMillis", this.pollIntervalMillis, pollIntervalMillis);
    }

    public Integer getMaxFetchSets() {
        return maxFetchSets;
    }

    @ConfigProperty(
            type = Integer.class,
            defaultValue = "1000",
            description = "The most sets that a standby fetches at one time, 1 to 1000000.")
    public void setMaxFetchSets(Integer maxFetchSets) {
        this.maxFetchSets = unlessSealed("maxFetchSets", this.maxFetchSets, maxFetchSets);
    }

    public String getResume() {
        return resume;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "BASE",
            description = "Where deliveries begin after a restart: BASE, at the newest base, for a bean that keeps its"
                    + " state in memory; CURSOR, behind what the subscription has cleared, for one that keeps it durably:"
                    + " each delivery clears in the bean's transaction, one server at a time.")
    public void setResume(String resume) {
        this.resume = unlessSealed("resume", this.resume, resume);
    }

    public Integer getMaxBatchSets() {
        return maxBatchSets;
    }

    @ConfigProperty(
            type = Integer.class,
            defaultValue = "1",
            description = "The most sets delivered in one transaction, 1 to 1000000. 1: by onCheckpoint; more: by"
                    + " onCheckpoints.")
    public void setMaxBatchSets(Integer maxBatchSets) {
        this.maxBatchSets = unlessSealed("maxBatchSets", this.maxBatchSets, maxBatchSets);
    }

    public Long getMaxBatchWaitMillis() {
        return maxBatchWaitMillis;
    }

    @ConfigProperty(
            type = Long.class,
            defaultValue = "0",
            description = "How long a delivery of fewer than maxBatchSets waits for more sets, in milliseconds, 0 to"
                    + " 3600000.")
    public void setMaxBatchWaitMillis(Long maxBatchWaitMillis) {
        this.maxBatchWaitMillis = unlessSealed("maxBatchWaitMillis", this.maxBatchWaitMillis, maxBatchWaitMillis);
    }

    public Integer getMaxRedeliveries() {
        return maxRedeliveries;
    }

    @ConfigProperty(
            type = Integer.class,
            defaultValue = "0",
            description =
                    "How often a set is delivered again that the bean fails to take, 0 to 1000000, after pauses from"
                            + " 20 ms to 2 s; then poisonPolicy applies. 0: without end.")
    public void setMaxRedeliveries(Integer maxRedeliveries) {
        this.maxRedeliveries = unlessSealed("maxRedeliveries", this.maxRedeliveries, maxRedeliveries);
    }

    public String getPoisonPolicy() {
        return poisonPolicy;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "STOP",
            description = "What becomes of a set that the bean fails to take maxRedeliveries times: STOP, the bean gets"
                    + " nothing more until it is deployed anew; PARK, the set is laid aside, for a subscription that"
                    + " frees the region's room (retain=CLEARED).")
    public void setPoisonPolicy(String poisonPolicy) {
        this.poisonPolicy = unlessSealed("poisonPolicy", this.poisonPolicy, poisonPolicy);
    }
}
