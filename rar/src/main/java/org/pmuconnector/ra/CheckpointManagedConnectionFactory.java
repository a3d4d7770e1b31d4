package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConfigProperty;
import jakarta.resource.spi.ConnectionDefinition;
import jakarta.resource.spi.ConnectionManager;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionFactory;
import jakarta.resource.spi.ValidatingManagedConnectionFactory;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import javax.security.auth.Subject;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.model.PmuException;

/**
 * Makes connections to one region: what an administrator configures as a connector pool, an application with
 * {@code @ConnectionFactoryDefinition}, and a plain Java program by hand. Its first use seals its properties; from then on it
 * is safe for use by many threads.
 */
@ConnectionDefinition(
        connectionFactory = CheckpointConnectionFactory.class,
        connectionFactoryImpl = CheckpointConnectionFactoryImpl.class,
        connection = CheckpointConnection.class,
        connectionImpl = CheckpointConnectionHandle.class)
public class CheckpointManagedConnectionFactory extends RegionProperties
        implements ManagedConnectionFactory, ValidatingManagedConnectionFactory {

    private static final long serialVersionUID = 1L;

    @NotNull
    @Pattern(regexp = "(?i)FAIL|WAIT", message = "must be FAIL or WAIT")
    private String unitDownPolicy = "FAIL";

    private transient volatile PrintWriter logWriter;

    /** Called by the server, or by a program that works without one. */
    public CheckpointManagedConnectionFactory() {}

    @Override
    public Object createConnectionFactory(ConnectionManager connectionManager) {
        seal();
        return new CheckpointConnectionFactoryImpl(this, connectionManager);
    }

    /** For the non-managed mode: each connection is made when it is asked for and ends when it is closed. */
    @Override
    public Object createConnectionFactory() {
        seal();
        return new CheckpointConnectionFactoryImpl(this, new DirectConnectionManager());
    }

    @Override
    public ManagedConnection createManagedConnection(Subject subject, ConnectionRequestInfo info)
            throws ResourceException {
        seal();
        SignOn signOn = SignOn.of(this, subject, info);
        try {
            UnitDownPolicy policy = policy();
            UnitInstances units = units();
            AttachedRegion region = units.attach(this, signOn.credentials());
            try {
                Patience patience = new Patience(policy, units.operationTimeout(), region);
                RegionLink link = patience.with(() -> region.connect(getSubscription(), signOn.credentials()));
                CheckpointManagedConnection connection =
                        new CheckpointManagedConnection(this, region, signOn, patience, link);
                connection.setLogWriter(logWriter);
                return connection;
            } catch (PmuException e) {
                region.release();
                throw e;
            }
        } catch (PmuException e) {
            throw traced(CheckpointErrors.ofConnecting(e));
        }
    }

    private UnitDownPolicy policy() throws PmuException {
        UnitDownPolicy policy = oneOf("unitDownPolicy", unitDownPolicy, UnitDownPolicy.class);
        if (policy == null) {
            throw bad("unitDownPolicy is empty; use FAIL or WAIT");
        }
        return policy;
    }

    @Override
    void check() throws PmuException {
        super.check();
        policy();
    }

    public String getUnitDownPolicy() {
        return unitDownPolicy;
    }

    @ConfigProperty(
            type = String.class,
            defaultValue = "FAIL",
            description =
                    "What a write does while the unit is away: FAIL, it fails at once and nothing was written; WAIT,"
                            + " it waits for the unit, as long as operationTimeoutMillis of the resource adapter.")
    public void setUnitDownPolicy(String unitDownPolicy) {
        this.unitDownPolicy = unlessSealed("unitDownPolicy", this.unitDownPolicy, unitDownPolicy);
    }

    /** An exception, told to whoever listens at the log writer. */
    private ResourceException traced(ResourceException failure) {
        PrintWriter writer = logWriter;
        if (writer != null) {
            writer.println(this + ": no connection: " + failure.getMessage());
        }
        return failure;
    }

    @Override
    @SuppressWarnings({"rawtypes", "unchecked"})
    public ManagedConnection matchManagedConnections(Set connections, Subject subject, ConnectionRequestInfo info)
            throws ResourceException {
        SignOn signOn = SignOn.of(this, subject, info);
        for (Object candidate : (Set<Object>) connections) {
            if (candidate instanceof CheckpointManagedConnection connection && connection.matches(this, signOn)) {
                return connection;
            }
        }
        return null;
    }

    /** Asks the unit over each connection; those that get no answer are invalid. */
    @Override
    @SuppressWarnings({"rawtypes", "unchecked"})
    public Set getInvalidConnections(Set connections) {
        Set<Object> invalid = new HashSet<>();
        for (Object candidate : (Set<Object>) connections) {
            if (candidate instanceof CheckpointManagedConnection connection && !connection.isValid()) {
                invalid.add(connection);
            }
        }
        return invalid;
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        logWriter = out;
    }

    @Override
    public PrintWriter getLogWriter() {
        return logWriter;
    }

    /** By configuration: servers look pools up by it. */
    @Override
    public boolean equals(Object other) {
        return other instanceof CheckpointManagedConnectionFactory that
                && regionConfiguration().equals(that.regionConfiguration())
                && Objects.equals(unitDownPolicy, that.unitDownPolicy);
    }

    @Override
    public int hashCode() {
        return regionConfiguration().hashCode();
    }

    @Override
    public String toString() {
        return "connection factory of region " + getRegion();
    }
}
