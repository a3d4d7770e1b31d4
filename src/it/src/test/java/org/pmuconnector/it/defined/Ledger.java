package org.pmuconnector.it.defined;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import jakarta.resource.AdministeredObjectDefinition;
import jakarta.resource.ConnectionFactoryDefinition;
import jakarta.resource.spi.TransactionSupport.TransactionSupportLevel;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import java.util.stream.Collectors;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.RegionMonitor;
import org.pmuconnector.checkpoint.RegionStatus;

/** Writes to a region, reads it, and tells what the server knows of it. Only the unit's address comes from outside. */
@ConnectionFactoryDefinition(
        name = "java:app/pmu/ledger",
        interfaceName = "org.pmuconnector.checkpoint.CheckpointConnectionFactory",
        resourceAdapter = "pmu-connector",
        transactionSupport = TransactionSupportLevel.XATransaction,
        minPoolSize = 0,
        maxPoolSize = 4,
        properties = {
            "unitAddress=${pmu.unit}",
            "region=ledger",
            "regionSizeBytes=1048576",
            "maxBaseBytes=65536",
            "persistenceLevel=VISIBLE",
            "retain=CLEARED",
            "subscription=audit",
            "createRegion=true"
        })
@AdministeredObjectDefinition(
        name = "java:app/pmu/ledgerMonitor",
        className = "org.pmuconnector.ra.CheckpointRegionMonitor",
        interfaceName = "org.pmuconnector.checkpoint.RegionMonitor",
        resourceAdapter = "pmu-connector",
        properties = {"unitAddress=${pmu.unit}", "region=ledger"})
@AdministeredObjectDefinition(
        name = "java:app/pmu/followedMonitor",
        className = "org.pmuconnector.ra.CheckpointRegionMonitor",
        interfaceName = "org.pmuconnector.checkpoint.RegionMonitor",
        resourceAdapter = "pmu-connector",
        properties = {"unitAddress=embedded:own", "region=followed"})
@Stateless
@Path("")
@Produces("text/plain")
public class Ledger {

    @Resource(lookup = "java:app/pmu/ledger")
    private CheckpointConnectionFactory ledger;

    @Resource(lookup = "java:app/pmu/ledgerMonitor")
    private RegionMonitor ledgerMonitor;

    @Resource(lookup = "java:app/pmu/followedMonitor")
    private RegionMonitor followedMonitor;

    /** Writes one entry; it is committed when this has answered. */
    @POST
    @Path("append/{text}")
    public String append(@PathParam("text") String text) throws CheckpointException {
        try (CheckpointConnection connection = ledger.getConnection()) {
            connection.append(text.getBytes(UTF_8));
        }
        return "appended " + text;
    }

    /** All entries. */
    @GET
    @Path("entries")
    public String entries() throws CheckpointException {
        try (CheckpointConnection connection = ledger.getConnection()) {
            return connection.recover().stream()
                    .map(checkpoint -> new String(checkpoint.payload(), UTF_8))
                    .collect(Collectors.joining(" "));
        }
    }

    /** What the server knows of the region that is written. */
    @GET
    @Path("status/ledger")
    public String ledger() throws CheckpointException {
        return text(ledgerMonitor.status());
    }

    /** What the server knows of the region that the bean follows. */
    @GET
    @Path("status/followed")
    public String followed() throws CheckpointException {
        return text(followedMonitor.status());
    }

    private static String text(RegionStatus status) {
        return status.region() + " of " + status.unitAddress() + ": " + status.role() + " in epoch " + status.epoch()
                + (status.unitAnswers() ? ", unit answers" : ", unit does not answer");
    }
}
