package org.pmuconnector.ra;

import java.time.Duration;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.ra.jmx.UnitBeans;

/**
 * The connector without a container: connections for plain Java programs, each call a transaction of its own or
 * demarcated with {@link CheckpointConnection#getLocalTransaction()}. All connections of the program to a unit are one
 * instance there, which ends with the last of them. Safe for use by many threads.
 */
public final class PmuConnector {

    private static final UnitInstances UNITS = new UnitInstances(
            new InstanceSettings(InstanceNames.ofProcess(), Duration.ofSeconds(3), Duration.ofSeconds(10)),
            FabricOptions.defaults(),
            null,
            true,
            UnitBeans::nowhere);

    private PmuConnector() {}

    /** The units that this program uses outside of any resource adapter. */
    static UnitInstances units() {
        return UNITS;
    }

    /**
     * Connects to a region, which is made where the unit has none of that name.
     *
     * @param unitAddress such as {@code iwarp://pmu1:4791} or {@code embedded:/var/lib/pmu/unit0}
     * @throws CheckpointException if the address or the name is wrong, or the unit does not answer
     */
    public static CheckpointConnection connect(String unitAddress, String region) throws CheckpointException {
        return factory(unitAddress, region).getConnection();
    }

    /**
     * Connects as {@link #connect(String, String)}, signed on as a user.
     *
     * @throws CheckpointException also if the unit knows no such user
     */
    public static CheckpointConnection connect(String unitAddress, String region, String userName, String password)
            throws CheckpointException {
        return factory(unitAddress, region).getConnection(userName, password);
    }

    /**
     * A factory for connections to a region, which is made where the unit has none of that name. For other properties
     * configure a {@link CheckpointManagedConnectionFactory}.
     */
    public static CheckpointConnectionFactory factory(String unitAddress, String region) {
        CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
        factory.setUnitAddress(unitAddress);
        factory.setRegion(region);
        return (CheckpointConnectionFactory) factory.createConnectionFactory();
    }
}
