package org.pmuconnector.ra;

import jakarta.resource.NotSupportedException;
import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import jakarta.resource.spi.AuthenticationMechanism;
import jakarta.resource.spi.AuthenticationMechanism.CredentialInterface;
import jakarta.resource.spi.BootstrapContext;
import jakarta.resource.spi.ConfigProperty;
import jakarta.resource.spi.Connector;
import jakarta.resource.spi.ResourceAdapter;
import jakarta.resource.spi.ResourceAdapterInternalException;
import jakarta.resource.spi.TransactionSupport.TransactionSupportLevel;
import jakarta.resource.spi.endpoint.MessageEndpointFactory;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.io.Serializable;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.transaction.xa.XAResource;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.ra.jmx.UnitBeans;
import org.pmuconnector.scram.Credentials;

/**
 * The resource adapter: its configuration, its life and its activations. The server configures it before
 * {@link #start}, which seals the properties until {@link #stop}; meanwhile every other method is safe for use by many
 * threads.
 */
@Connector(
        displayName = "PMU Connector",
        description = "Keeps an application's state in persistent memory reached by one-sided remote writes, and lets a"
                + " standby carry on from it.",
        vendorName = "PMU Connector project",
        eisType = "Persistent memory unit",
        version = "1.0",
        authMechanisms =
                @AuthenticationMechanism(
                        authMechanism = "BasicPassword",
                        credentialInterface = CredentialInterface.PasswordCredential,
                        description = "A user of the unit's, and the password."),
        transactionSupport = TransactionSupportLevel.XATransaction)
public class PmuResourceAdapter implements ResourceAdapter, Serializable {

    private static final long serialVersionUID = 1L;

    private static final Logger LOGGER = System.getLogger(PmuResourceAdapter.class.getName());

    private static final long MAX_TIMEOUT_MILLIS = 3_600_000;

    @NotNull
    private String unitAddress = "";

    @NotNull
    @Pattern(regexp = "[A-Za-z0-9._-]{0,128}", message = "must be letters, digits, '.', '_' and '-', at most 128")
    private String instanceName = "";

    @NotNull
    @Min(1)
    @Max(MAX_TIMEOUT_MILLIS)
    private Long connectTimeoutMillis = 3000L;

    @NotNull
    @Min(1)
    @Max(MAX_TIMEOUT_MILLIS)
    private Long operationTimeoutMillis = 10_000L;

    @NotNull
    @Min(0)
    @Max(FabricOptions.MAX_POLL_MICROS)
    private Integer busyPollMicros = FabricOptions.DEFAULT_POLL_MICROS;

    @NotNull
    private String user = "";

    @NotNull
    private String password = "";

    @NotNull
    private String tlsCaFile = "";

    @NotNull
    private String tlsCertificateFile = "";

    @NotNull
    private String tlsKeyFile = "";

    private final Seal seal = new Seal();

    private transient Running running;

    /** Everything that exists between start and stop. */
    private record Running(
            BootstrapContext context,
            UnitInstances units,
            BranchExpiry expiry,
            Map<ActivationKey, EndpointActivation> activations) {}

    /** By identity: the server passes the same two objects to deactivation (Connectors 13.4.7). */
    private static final class ActivationKey {
        private final MessageEndpointFactory factory;
        private final ActivationSpec spec;

        ActivationKey(MessageEndpointFactory factory, ActivationSpec spec) {
            this.factory = factory;
            this.spec = spec;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof ActivationKey that && factory == that.factory && spec == that.spec;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(factory) + System.identityHashCode(spec);
        }
    }

    /** Called by the server. */
    public PmuResourceAdapter() {}

    @Override
    public synchronized void start(BootstrapContext context) throws ResourceAdapterInternalException {
        if (running != null) {
            throw new ResourceAdapterInternalException("the resource adapter has been started already");
        }
        seal.close();
        try {
            check();
            InstanceSettings settings = instanceSettings();
            UnitInstances units = new UnitInstances(
                    settings, fabricOptions(), context.getWorkManager(), false, UnitBeans::inPlatform);
            running = new Running(context, units, BranchExpiry.start(context, units), new LinkedHashMap<>());
            LogMessage.ADAPTER_STARTED.log(LOGGER, settings.instanceName());
        } catch (PmuException e) {
            ResourceAdapterInternalException refused = new ResourceAdapterInternalException(e.getMessage(), e);
            refused.setErrorCode(e.code().text());
            throw refused;
        } finally {
            if (running == null) {
                seal.open();
            }
        }
    }

    /**
     * Checks every property; servers differ in whether they apply the constraints.
     *
     * @throws PmuException {@code BAD_CONFIGURATION} or {@code BAD_ADDRESS}: which property, its value and what it may be
     */
    void check() throws PmuException {
        if (unitAddress != null && !unitAddress.isBlank()) {
            UnitAddress.parse(unitAddress);
        }
        RegionLocation.checkName("instanceName", instanceName);
        instanceSettings();
        fabricOptions();
    }

    private InstanceSettings instanceSettings() throws PmuException {
        return new InstanceSettings(
                instanceName.isEmpty() ? InstanceNames.ofServer() : instanceName,
                timeout("connectTimeoutMillis", connectTimeoutMillis),
                timeout("operationTimeoutMillis", operationTimeoutMillis),
                credentials());
    }

    private Credentials credentials() throws PmuException {
        try {
            return Credentials.of(user, password);
        } catch (PmuException e) {
            throw new PmuException(e.code(), "properties user and password: " + e.getMessage(), e);
        }
    }

    private FabricOptions fabricOptions() throws PmuException {
        long micros = RegionProperties.inRange("busyPollMicros", busyPollMicros, 0, FabricOptions.MAX_POLL_MICROS);
        return FabricOptions.defaults()
                .withPollMicros((int) micros)
                .withTlsFiles(tlsCaFile, tlsCertificateFile, tlsKeyFile);
    }

    private static Duration timeout(String property, Long millis) throws PmuException {
        return Duration.ofMillis(RegionProperties.inRange(property, millis, 1, MAX_TIMEOUT_MILLIS));
    }

    @Override
    public void stop() {
        Running stopping;
        synchronized (this) {
            stopping = running;
            running = null;
        }
        if (stopping != null) {
            List<EndpointActivation> left;
            synchronized (stopping.activations()) {
                left = new ArrayList<>(stopping.activations().values());
                stopping.activations().clear();
            }
            left.forEach(EndpointActivation::stop);
            stopping.expiry().close();
            stopping.units().close();
        }
        seal.open();
    }

    /**
     * The units in use.
     *
     * @throws PmuException {@code MISUSE} before start or after stop
     */
    synchronized UnitInstances units() throws PmuException {
        if (running == null) {
            throw new PmuException(ErrorCode.MISUSE, "the resource adapter is not started");
        }
        return running.units();
    }

    private synchronized Running running() throws ResourceException {
        if (running == null) {
            throw new jakarta.resource.spi.IllegalStateException("the resource adapter is not started");
        }
        return running;
    }

    /** Returns at once, whether the unit answers or not; the activation goes on trying. */
    @Override
    public void endpointActivation(MessageEndpointFactory endpointFactory, ActivationSpec spec)
            throws ResourceException {
        if (!(spec instanceof CheckpointActivationSpec checkpointSpec)) {
            throw new NotSupportedException("not an activation specification of this adapter: " + spec);
        }
        checkpointSpec.validate();
        checkpointSpec.seal();
        Running current = running();
        EndpointActivation activation =
                new EndpointActivation(endpointFactory, checkpointSpec, current.units(), current.context());
        activation.start();
        EndpointActivation former;
        synchronized (current.activations()) {
            former = current.activations().put(new ActivationKey(endpointFactory, spec), activation);
        }
        if (former != null) {
            former.stop();
        }
    }

    /** Returns when no more calls of the endpoint are in progress. */
    @Override
    public void endpointDeactivation(MessageEndpointFactory endpointFactory, ActivationSpec spec) {
        Running current;
        synchronized (this) {
            current = running;
        }
        if (current == null) {
            return;
        }
        EndpointActivation activation;
        synchronized (current.activations()) {
            activation = current.activations().remove(new ActivationKey(endpointFactory, spec));
        }
        if (activation != null) {
            activation.stop();
        }
    }

    /** One resource for each region that the activations name, for recovery of what this instance prepared. */
    @Override
    public XAResource[] getXAResources(ActivationSpec[] specs) throws ResourceException {
        UnitInstances units = running().units();
        Map<BranchTable, XAResource> resources = new LinkedHashMap<>();
        try {
            for (ActivationSpec spec : specs) {
                if (spec instanceof CheckpointActivationSpec checkpointSpec) {
                    AttachedRegion region = units.attach(checkpointSpec);
                    LinkSource links = region.freshLinks();
                    resources.putIfAbsent(
                            region.branches(), new CheckpointXaResource(region.branches(), links, links, () -> false));
                }
            }
        } catch (PmuException e) {
            throw CheckpointErrors.of(e);
        }
        return resources.values().toArray(XAResource[]::new);
    }

    public String getUnitAddress() {
        return unitAddress;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            description = "The unit for all connection factories and activations that name none of their own:"
                    + " embedded:PATH, iwarp://HOST:PORT, iwarps://HOST:PORT or verbs://HOST:PORT.")
    public void setUnitAddress(String unitAddress) {
        this.unitAddress = seal.checked("unitAddress", this.unitAddress, unitAddress);
    }

    public String getInstanceName() {
        return instanceName;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            description = "This adapter's name at its units: unique among those that use a unit, the same after a"
                    + " restart. Empty: made from the host's name and the server's folder.")
    public void setInstanceName(String instanceName) {
        this.instanceName = seal.checked("instanceName", this.instanceName, instanceName);
    }

    public Long getConnectTimeoutMillis() {
        return connectTimeoutMillis;
    }

    @ConfigProperty(
            type = Long.class,
            defaultValue = "3000",
            description = "How long making a connection to a unit may take, in milliseconds, 1 to 3600000.")
    public void setConnectTimeoutMillis(Long connectTimeoutMillis) {
        this.connectTimeoutMillis =
                seal.checked("connectTimeoutMillis", this.connectTimeoutMillis, connectTimeoutMillis);
    }

    public Long getOperationTimeoutMillis() {
        return operationTimeoutMillis;
    }

    @ConfigProperty(
            type = Long.class,
            defaultValue = "10000",
            description = "How long one operation at a unit may take, in milliseconds, 1 to 3600000.")
    public void setOperationTimeoutMillis(Long operationTimeoutMillis) {
        this.operationTimeoutMillis =
                seal.checked("operationTimeoutMillis", this.operationTimeoutMillis, operationTimeoutMillis);
    }

    public Integer getBusyPollMicros() {
        return busyPollMicros;
    }

    @ConfigProperty(
            type = Integer.class,
            defaultValue = "" + FabricOptions.DEFAULT_POLL_MICROS,
            description = "How long a thread that waits for a unit polls before it blocks, in microseconds, 0 to 1000:"
                    + " polling costs processor time, blocking a thread's wake-up in each round trip.")
    public void setBusyPollMicros(Integer busyPollMicros) {
        this.busyPollMicros = seal.checked("busyPollMicros", this.busyPollMicros, busyPollMicros);
    }

    public String getUser() {
        return user;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            description = "The user that this adapter logs in as at its units, and that connections without a user of"
                    + " their own are made for. Empty: none.")
    public void setUser(String user) {
        this.user = seal.checked("user", this.user, user);
    }

    public String getPassword() {
        return password;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            confidential = true,
            description = "The password of the user; it is never logged.")
    public void setPassword(String password) {
        this.password = seal.checked("password", this.password, password);
    }

    public String getTlsCaFile() {
        return tlsCaFile;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            description =
                    "The certificates of those who may vouch for iwarps units, PEM or PKCS #12 without a password."
                            + " Empty: those whom the server's Java trusts.")
    public void setTlsCaFile(String tlsCaFile) {
        this.tlsCaFile = seal.checked("tlsCaFile", this.tlsCaFile, tlsCaFile);
    }

    public String getTlsCertificateFile() {
        return tlsCertificateFile;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            description =
                    "The certificate that this adapter shows to iwarps units that ask for one, and those between it"
                            + " and its root, PEM. Empty: none.")
    public void setTlsCertificateFile(String tlsCertificateFile) {
        this.tlsCertificateFile = seal.checked("tlsCertificateFile", this.tlsCertificateFile, tlsCertificateFile);
    }

    public String getTlsKeyFile() {
        return tlsKeyFile;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "",
            description = "The private key to tlsCertificateFile, PKCS #8 in PEM, readable by its owner alone. Empty:"
                    + " none.")
    public void setTlsKeyFile(String tlsKeyFile) {
        this.tlsKeyFile = seal.checked("tlsKeyFile", this.tlsKeyFile, tlsKeyFile);
    }

    /** By configuration, as the specification asks (Connectors 5.3.1). */
    @Override
    public boolean equals(Object other) {
        return other instanceof PmuResourceAdapter that && configuration().equals(that.configuration());
    }

    @Override
    public int hashCode() {
        return configuration().hashCode();
    }

    private List<String> configuration() {
        return List.of(
                String.valueOf(unitAddress),
                String.valueOf(instanceName),
                String.valueOf(connectTimeoutMillis),
                String.valueOf(operationTimeoutMillis),
                String.valueOf(user),
                String.valueOf(password),
                String.valueOf(busyPollMicros),
                String.valueOf(tlsCaFile),
                String.valueOf(tlsCertificateFile),
                String.valueOf(tlsKeyFile));
    }
}
