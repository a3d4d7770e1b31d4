package org.pmuconnector.benchmarks.app;

import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;

/** What the server says of its pools, where it has no administration port: asked of its pool manager. */
@Path("pool/{name}")
@Produces("text/plain")
@Stateless
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class PoolCalls {

    /** How many of a pool's connections are in use and how many are free: {@code used=N free=N}. */
    @GET
    public String status(@PathParam("name") String name) throws ReflectiveOperationException {
        // The server's own classes; no archive that this could be compiled against has them.
        Class<?> poolInfo = Class.forName("org.glassfish.resourcebase.resources.api.PoolInfo");
        Class<?> runtimeType = Class.forName("com.sun.enterprise.connectors.ConnectorRuntime");
        Object runtime = runtimeType.getMethod("getRuntime").invoke(null);
        Object manager = runtimeType.getMethod("getPoolManager").invoke(runtime);
        Object info = poolInfo.getConstructor(String.class).newInstance(name);
        Object status = Class.forName("com.sun.enterprise.resource.pool.PoolManager")
                .getMethod("getPoolStatus", poolInfo)
                .invoke(manager, info);
        return "used=" + status.getClass().getMethod("getNumConnUsed").invoke(status) + " free="
                + status.getClass().getMethod("getNumConnFree").invoke(status) + "\n";
    }
}
