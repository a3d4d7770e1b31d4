package org.pmuconnector.it.pool;

import jakarta.ejb.EJB;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.util.ArrayList;
import java.util.List;
import javax.naming.NamingException;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.it.app.Factories;

/** Connections that are open from one call to the next. */
@Path("kept/{name}")
@Produces("text/plain")
@Singleton
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class KeptConnections {

    @EJB
    private Factories factories;

    private final List<CheckpointConnection> kept = new ArrayList<>();

    /** Opens so many at a factory, all at the same time. */
    @POST
    public String open(@PathParam("name") String name, @QueryParam("count") int count)
            throws NamingException, CheckpointException {
        for (int i = 0; i < count; i++) {
            kept.add(factories.named(name).getConnection());
        }
        return use();
    }

    /** Asks the unit over each of them; a line for each. */
    @GET
    public String use() {
        StringBuilder lines = new StringBuilder();
        for (CheckpointConnection connection : kept) {
            try {
                connection.recover();
                lines.append("OK\n");
            } catch (CheckpointException e) {
                lines.append(e.getClass().getSimpleName())
                        .append(' ')
                        .append(e.category())
                        .append('\n');
            }
        }
        return lines.toString();
    }

    /** Closes them. */
    @DELETE
    public String close() {
        kept.forEach(CheckpointConnection::close);
        kept.clear();
        return "OK\n";
    }
}
