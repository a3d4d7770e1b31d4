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
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.instance.ReplicaSettings;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.model.PmuException;

/**
 * What a message-driven bean that follows a region is configured with. Its activation seals its properties; two of them are
 * the same only if they are one object.
 */
@Activation(messageListeners = CheckpointListener.class)
public class CheckpointActivationSpec extends RegionProperties implements ActivationSpec {

    private static final long serialVersionUID = 1L;

    private static final long MAX_MILLIS = 3_600_000;

    private static final int MAX_BATCH_SETS = 1_000_000;

    @NotNull
    @Pattern(regexp = "(?i)AUTO|STANDBY|PRIMARY", message = "must be AUTO, STANDBY or PRIMARY")
    private String role = "AUTO";

    @NotNull
    @Min(1)
    @Max(MAX_MILLIS)
    private Long pollIntervalMillis = 100L;

    @NotNull
    @Min(1)
    @Max(MAX_BATCH_SETS)
    private Integer maxBatchSets = 1000;

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
        Role wanted = oneOf("role", role, Role.class);
        if (wanted == null) {
            throw bad("role is empty; use AUTO, STANDBY or PRIMARY");
        }
        return new ReplicaSettings(
                wanted,
                Duration.ofMillis(inRange("pollIntervalMillis", pollIntervalMillis, 1, MAX_MILLIS)),
                (int) inRange("maxBatchSets", maxBatchSets, 1, MAX_BATCH_SETS),
                getSubscription().isEmpty() ? null : getSubscription());
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

    public Integer getMaxBatchSets() {
        return maxBatchSets;
    }

    @ConfigProperty(
            type = Integer.class,
            defaultValue = "1000",
            description = "The most sets that a standby fetches at one time, 1 to 1000000.")
    public void setMaxBatchSets(Integer maxBatchSets) {
        this.maxBatchSets = unlessSealed("maxBatchSets", this.maxBatchSets, maxBatchSets);
    }
}
