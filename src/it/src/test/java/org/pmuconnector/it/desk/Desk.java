package org.pmuconnector.it.desk;

import jakarta.annotation.Resource;
import jakarta.ejb.EJB;
import jakarta.ejb.Stateless;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import java.nio.charset.StandardCharsets;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;

/** Writes orders to one region, each in a transaction of its own. */
@Stateless
@Path("")
@Produces("text/plain")
public class Desk {

    @Resource(lookup = "eis/orders")
    private CheckpointConnectionFactory orders;

    @EJB
    private Counters counters;

    /** How many orders there were when this server became the primary; -1 before. */
    @POST
    @Path("recovered")
    public String recovered() {
        return "recovered " + counters.recoveredWhenOpen();
    }

    /** Writes one; it is committed when this has answered. */
    @POST
    @Path("append/{text}")
    public String append(@PathParam("text") String text) throws Exception {
        try (CheckpointConnection connection = orders.getConnection()) {
            connection.append(text.getBytes(StandardCharsets.UTF_8));
        }
        return "appended " + text;
    }

    /** How many are committed. */
    @POST
    @Path("committed")
    public String committed() throws Exception {
        try (CheckpointConnection connection = orders.getConnection()) {
            return "committed " + connection.committedSequence();
        }
    }
}
