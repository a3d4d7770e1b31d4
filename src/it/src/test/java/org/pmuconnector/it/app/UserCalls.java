package org.pmuconnector.it.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.ejb.EJB;
import jakarta.ejb.Stateless;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.util.stream.Collectors;
import org.pmuconnector.checkpoint.CheckpointConnection;

/** The same over connections of users whom the application itself signs on. Each call is a transaction. */
@Path("as/{name}")
@Produces("text/plain")
@Stateless
public class UserCalls {

    @EJB
    private Factories factories;

    /** Appends a text. */
    @POST
    public String append(
            @PathParam("name") String name,
            @HeaderParam("user") String user,
            @HeaderParam("password") String password,
            @QueryParam("text") String text) {
        try (CheckpointConnection connection = factories.named(name).getConnection(user, password)) {
            connection.append(text.getBytes(UTF_8));
            return "OK\n";
        } catch (Exception e) {
            return Calls.failure(e);
        }
    }

    /** What a factory's region holds. */
    @GET
    public String recover(
            @PathParam("name") String name,
            @HeaderParam("user") String user,
            @HeaderParam("password") String password) {
        try (CheckpointConnection connection = factories.named(name).getConnection(user, password)) {
            return connection.recover().stream().map(Calls::line).collect(Collectors.joining());
        } catch (Exception e) {
            return Calls.failure(e);
        }
    }
}
