package org.pmuconnector.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.pmuconnector.it.desk.Desk;
import org.pmuconnector.it.operator.Operator;

/** A running Payara Micro with the operator's application, by which the archive is deployed and undeployed. */
public final class OperatedServer {

    private static final HttpClient HTTP = ServerHttp.newClient();

    private final URI base;
    private final Duration patience;

    /**
     * A server.
     *
     * @param patience how long a command may take
     */
    public OperatedServer(URI base, Duration patience) {
        this.base = base;
        this.patience = patience;
    }

    /** The operator's application in a file, to be started at the context root {@code operator}. */
    public static Path operator(Path directory) {
        return export(directory, "operator.war", Operator.class);
    }

    /** The application that uses the archive in a file. */
    public static Path desk(Path directory) {
        return export(directory, "desk.war", Desk.class);
    }

    private static Path export(Path directory, String name, Class<?> ofPackage) {
        Path war = directory.resolve(name);
        ShrinkWrap.create(WebArchive.class, name)
                .addPackage(ofPackage.getPackage())
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        return war;
    }

    /**
     * Deploys the archive, a pool with a connection and the application.
     *
     * @param adapterProperties as the command takes them
     */
    public void deploy(String adapterProperties, Path desk) throws Exception {
        command("create-resource-adapter-config --property " + adapterProperties + " pmu-connector");
        command("deploy --name pmu-connector "
                + Path.of(System.getProperty("pmu.rar")).toAbsolutePath().normalize());
        command("create-connector-connection-pool --raname pmu-connector"
                + " --connectiondefinition org.pmuconnector.checkpoint.CheckpointConnectionFactory"
                + " --transactionsupport XATransaction --steadypoolsize 1"
                + " --property region=orders:regionSizeBytes=1048576 orders-pool");
        command("create-connector-resource --poolname orders-pool eis/orders");
        command("deploy --name desk --contextroot desk " + desk);
    }

    /** Undeploys all that was deployed. */
    public void undeploy() throws Exception {
        command("undeploy desk");
        command("delete-connector-resource eis/orders");
        command("delete-connector-connection-pool orders-pool");
        command("undeploy pmu-connector");
        command("delete-resource-adapter-config pmu-connector");
    }

    private void command(String line) throws Exception {
        assertThat(post("operator/command", line)).as(line).startsWith("SUCCESS");
    }

    /** Waits until the application's bean has become the primary and got so many orders before. */
    public void awaitPrimary(int orders) throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        String answer = post("desk/recovered", "");
        while (!answer.equals("recovered " + orders)) {
            assertThat(System.nanoTime()).as(answer).isLessThan(deadline);
            answer = post("desk/recovered", "");
        }
    }

    /** What the server answers to a call. */
    public String post(String path, String body) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(base.resolve(path)).POST(BodyPublishers.ofString(body)));
    }

    /** What the server shows. */
    public String get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(base.resolve(path)).GET());
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.timeout(patience).build(), BodyHandlers.ofString())
                .body();
    }
}
