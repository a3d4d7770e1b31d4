package org.pmuconnector.benchmarks.app;

import jakarta.ejb.EJB;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;

/** Starts and stops the load, and tells what became of it. */
@Path("load")
@Produces("text/plain")
@Stateless
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class LoadCalls {

    @EJB
    private Load load;

    /** Starts threads. */
    @POST
    @Path("start")
    public String start(@QueryParam("threads") int threads) {
        load.start(threads);
        return "OK\n";
    }

    /** Stops them. */
    @POST
    @Path("stop")
    public String stop() throws InterruptedException {
        load.stop();
        return "OK\n";
    }

    /** See {@link Load#outcomes()}. */
    @GET
    @Path("outcomes")
    public String outcomes() {
        return load.outcomes();
    }

    /** See {@link Load#failures()}. */
    @GET
    @Path("failures")
    public String failures() {
        return load.failures();
    }

    /** See {@link Load#timeline()}. */
    @GET
    @Path("timeline")
    public String timeline() {
        return load.timeline();
    }
}
