package org.pmuconnector.benchmarks.app;

import jakarta.ejb.EJB;
import jakarta.ejb.Stateless;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;

/** Measures transactions of the container's, one after the other. */
@Path("measure/{kind}")
@Produces("text/plain")
@Stateless
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class MeasureCalls {

    private static final int BASE_BYTES = 64;

    @EJB
    private Transactions transactions;

    /** One transaction. */
    private interface Call {
        void make() throws Exception;
    }

    /** How long each transaction of a kind took, in nanoseconds, a line for each. */
    @POST
    public String measure(
            @PathParam("kind") String kind, @QueryParam("bytes") int bytes, @QueryParam("operations") int operations)
            throws Exception {
        byte[] update = new byte[bytes];
        return switch (kind) {
            case "append" -> {
                // Covers the rounds before, and frees their room.
                transactions.overwrite(new byte[BASE_BYTES]);
                yield measure(() -> transactions.append(update), operations);
            }
            case "connect" -> measure(transactions::connect, operations);
            case "enlist" -> measure(transactions::enlist, operations);
            case "idle" -> measure(transactions::idle, operations);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static String measure(Call call, int operations) throws Exception {
        long[] nanos = new long[operations];
        for (int i = 0; i < operations; i++) {
            long start = System.nanoTime();
            call.make();
            nanos[i] = System.nanoTime() - start;
        }
        StringBuilder lines = new StringBuilder();
        for (long one : nanos) {
            lines.append(one).append('\n');
        }
        return lines.toString();
    }
}
