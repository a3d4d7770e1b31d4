package org.pmuconnector.it.recovery;

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

/** The tests' way in. Answers in lines of text; a failure is a line that begins with {@code FAILED}. */
@Path("orders")
@Produces("text/plain")
@Stateless
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class OrderCalls {

    @EJB
    private OrderBean orders;

    /** Takes an order; the server ends at the step named, if one is. */
    @POST
    @Path("{number}")
    public String take(
            @PathParam("number") int number,
            @QueryParam("first") String first,
            @QueryParam("haltAt") @DefaultValue("never") String haltAt) {
        try {
            orders.makeTable();
            System.setProperty("pmu.it.haltAt", haltAt);
            orders.take(number, first.equals("table"));
            return "OK\n";
        } catch (Exception e) {
            return "FAILED " + e + " by " + e.getCause() + "\n";
        }
    }

    /** What both resources have, and how many of the database's branches wait for their outcome. */
    @GET
    public String orders() {
        try {
            return "table " + orders.inTable() + "\nregion " + orders.inRegion() + "\nin doubt in table "
                    + orders.inDoubtInTable() + "\n";
        } catch (Exception e) {
            return "FAILED " + e + " by " + e.getCause() + "\n";
        }
    }
}
