package org.pmuconnector.it.app;

import jakarta.annotation.Resource;
import jakarta.ejb.Singleton;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.RegionMonitor;

/** The connection factories: the usual one injected, the others looked up by their name, like the monitors. */
@Singleton
public class Factories {

    @Resource(lookup = "eis/orders")
    private CheckpointConnectionFactory injected;

    /** A factory by the last part of its JNDI name. */
    @SuppressWarnings("BanJNDI") // the tests' own names, in the tests' own server
    public CheckpointConnectionFactory named(String name) throws NamingException {
        return "orders".equals(name) ? injected : InitialContext.doLookup("eis/" + name);
    }

    /** A region's monitor by the last part of its JNDI name, without the ending. */
    @SuppressWarnings("BanJNDI") // as above
    public RegionMonitor monitor(String name) throws NamingException {
        return InitialContext.doLookup("eis/" + name + "Monitor");
    }
}
