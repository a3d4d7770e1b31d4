package org.pmuconnector.it.app;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.ejb.EJB;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.RegionStatus;

/** The tests' way in. Answers in lines of text; a failure is a line that begins with {@code FAILED}. */
@Path("")
@Produces("text/plain")
@Stateless
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class Calls {

    @EJB
    private Writer writer;

    @EJB
    private Factories factories;

    @EJB
    private Deliveries deliveries;

    /** Something that writes. */
    private interface Call {
        void make() throws Exception;
    }

    /** Writes texts to factories in the way named. */
    @POST
    @Path("write/{how}/{names}")
    public String write(
            @PathParam("how") String how, @PathParam("names") String names, @QueryParam("texts") String texts) {
        String[] to = names.split(",");
        String[] what = texts.split(",");
        return answer(() -> {
            switch (how) {
                case "append" -> writer.append(to, what);
                case "rollback" -> writer.appendAndRollBack(to, what);
                case "throw" -> writer.appendAndThrow(to, what);
                case "outside" -> writer.appendOutside(to, what);
                case "overwrite" -> writer.overwrite(to[0], what[0]);
                case "bytes" -> writer.appendBytes(to[0], Integer.parseInt(what[0]));
                case "localCommit" -> writer.appendDemarcated(to[0], what, true);
                case "localRollback" -> writer.appendDemarcated(to[0], what, false);
                default -> throw new IllegalArgumentException(how);
            }
        });
    }

    /** What a factory's region holds. */
    @GET
    @Path("recover/{name}")
    public String recover(@PathParam("name") String name) {
        try (CheckpointConnection connection = factories.named(name).getConnection()) {
            return connection.recover().stream().map(Calls::line).collect(Collectors.joining());
        } catch (Exception e) {
            return failure(e);
        }
    }

    static String line(Checkpoint checkpoint) {
        return checkpoint.kind() + " " + new String(checkpoint.payload(), UTF_8) + "\n";
    }

    /** Opens handles in turn, so often. */
    @POST
    @Path("open/{name}/{count}")
    public String open(@PathParam("name") String name, @PathParam("count") int count) {
        return answer(() -> {
            for (int i = 0; i < count; i++) {
                try (CheckpointConnection connection = factories.named(name).getConnection()) {
                    connection.committedSequence();
                }
            }
        });
    }

    /** What the message-driven bean was told. */
    @GET
    @Path("deliveries")
    public String deliveries() {
        List<String> lines = deliveries.all();
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    /** What the adapter shows of a region by JMX. */
    @GET
    @Path("shown/{region}/{attribute}")
    public String shown(@PathParam("region") String region, @PathParam("attribute") String attribute) {
        MBeanServer platform = ManagementFactory.getPlatformMBeanServer();
        try {
            ObjectName pattern =
                    new ObjectName("org.pmuconnector:type=Region,region=" + ObjectName.quote(region) + ",*");
            Set<ObjectName> found = platform.queryNames(pattern, null);
            return found.isEmpty()
                    ? "nothing\n"
                    : platform.getAttribute(found.iterator().next(), attribute) + "\n";
        } catch (JMException e) {
            return failure(e);
        }
    }

    /** What a monitor tells of its region. */
    @GET
    @Path("monitor/{name}")
    public String monitor(@PathParam("name") String name) {
        try {
            RegionStatus status = factories.monitor(name).status();
            return status.region() + " " + status.role() + " " + status.epoch() + " answers " + status.unitAnswers()
                    + " unread "
                    + status.unread().map(RegionStatus.Unread::sets).orElse(-1L) + "\n";
        } catch (Exception e) {
            return failure(e);
        }
    }

    /** Makes the bean's next calls fail. */
    @POST
    @Path("deliveries/fail")
    public String fail(@QueryParam("count") @DefaultValue("1") int count) {
        deliveries.failNext(count);
        return "OK\n";
    }

    private static String answer(Call call) {
        try {
            call.make();
            return "OK\n";
        } catch (Exception e) {
            return failure(e);
        }
    }

    /** The connector's exception if there is one among the causes, else the last cause. */
    static String failure(Exception e) {
        Throwable cause = e;
        while (!(cause instanceof CheckpointException) && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String outer = e.getClass().getSimpleName() + " > ";
        if (cause instanceof CheckpointException ours) {
            return "FAILED " + outer + ours.getClass().getSimpleName() + " " + ours.getErrorCode() + " "
                    + ours.category() + " " + ours.durability() + ": " + ours.getMessage() + "\n";
        }
        return "FAILED " + outer + cause.getClass().getSimpleName() + ": " + cause.getMessage() + "\n";
    }
}
