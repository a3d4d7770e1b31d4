package org.pmuconnector.instance;

import java.time.Duration;
import org.pmuconnector.scram.Credentials;

/**
 * How an instance behaves.
 *
 * @param instanceName unique among all that use the unit, stable from start to start; at most 128 characters
 * @param connectTimeout how long setting up a connection may take
 * @param operationTimeout how long one request, write or read may take
 * @param credentials of the instance itself: of its session, and of its connections that have none of their own
 */
public record InstanceSettings(
        String instanceName, Duration connectTimeout, Duration operationTimeout, Credentials credentials) {

    /** Of an instance that does not log in. */
    public InstanceSettings(String instanceName, Duration connectTimeout, Duration operationTimeout) {
        this(instanceName, connectTimeout, operationTimeout, Credentials.ANONYMOUS);
    }

    /** The same with other credentials. */
    public InstanceSettings withCredentials(Credentials others) {
        return new InstanceSettings(instanceName, connectTimeout, operationTimeout, others);
    }

    /** Checks the values. */
    public InstanceSettings {
        if (instanceName.isBlank() || instanceName.length() > 128) {
            throw new IllegalArgumentException("an instance name has 1 to 128 characters, not '" + instanceName + "'");
        }
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connect timeout " + connectTimeout);
        }
        if (operationTimeout.isNegative() || operationTimeout.isZero()) {
            throw new IllegalArgumentException("operation timeout " + operationTimeout);
        }
    }
}
