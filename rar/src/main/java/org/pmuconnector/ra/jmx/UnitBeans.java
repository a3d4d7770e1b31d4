package org.pmuconnector.ra.jmx;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.Region;
import org.pmuconnector.model.LogMessage;

/**
 * The beans of one unit that an adapter uses, and of its regions there, in an MBean server until they are closed. What
 * cannot be registered is logged and is missing: to be watched is not what an adapter is for. Thread-safe.
 */
public final class UnitBeans implements AutoCloseable {

    private static final Logger LOGGER = System.getLogger(UnitBeans.class.getName());

    private static final String DOMAIN = "org.pmuconnector";

    private final MBeanServer server;
    private final Instance instance;
    private final List<ObjectName> registered = new ArrayList<>();

    /** Of an instance; a server of null for none. */
    private UnitBeans(MBeanServer server, Instance instance) {
        this.server = server;
        this.instance = instance;
    }

    /** Shows an instance in the platform's MBean server. */
    public static UnitBeans inPlatform(Instance instance) {
        return in(platform(), instance);
    }

    /** Shows nothing. */
    public static UnitBeans nowhere(Instance instance) {
        return new UnitBeans(null, instance);
    }

    static UnitBeans in(MBeanServer server, Instance instance) {
        UnitBeans beans = new UnitBeans(server, instance);
        beans.register("Unit", "", new UnitBean(instance));
        return beans;
    }

    private static MBeanServer platform() {
        try {
            return ManagementFactory.getPlatformMBeanServer();
        } catch (RuntimeException e) {
            LogMessage.NO_MBEAN_SERVER.log(LOGGER, e);
            return null;
        }
    }

    /**
     * Shows a region of the instance's, too.
     *
     * @param pooledConnections how many managed connections to it are open
     */
    public void add(Region region, IntSupplier pooledConnections) {
        register(
                "Region",
                ",region=" + ObjectName.quote(region.name()),
                new RegionBean(instance, region, pooledConnections));
    }

    private synchronized void register(String type, String more, Object bean) {
        if (server == null) {
            return;
        }
        String name = DOMAIN + ":type=" + type + ",instance=" + ObjectName.quote(instance.name()) + ",unit="
                + ObjectName.quote(instance.address().toString()) + more;
        try {
            registered.add(server.registerMBean(bean, new ObjectName(name)).getObjectName());
        } catch (InstanceAlreadyExistsException e) {
            LogMessage.MBEAN_NAME_TAKEN.log(LOGGER, name);
        } catch (MalformedObjectNameException e) {
            throw new IllegalStateException("a quoted name is always well formed", e);
        } catch (JMException | RuntimeException e) {
            LogMessage.MBEAN_NOT_REGISTERED.log(LOGGER, name, e);
        }
    }

    /** Shows nothing any more. */
    @Override
    public synchronized void close() {
        for (ObjectName name : registered) {
            try {
                server.unregisterMBean(name);
            } catch (InstanceNotFoundException e) {
                LOGGER.log(Level.DEBUG, "somebody else has unregistered MBean {0}", name);
            } catch (JMException | RuntimeException e) {
                LogMessage.MBEAN_NOT_UNREGISTERED.log(LOGGER, name, e);
            }
        }
        registered.clear();
    }
}
