package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.pmuconnector.sample.demo.process.FreePorts;
import org.pmuconnector.sample.demo.process.MicroServer;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/** A Payara Micro that runs the benchmarks' application with a pool for one region. */
final class BenchmarkServer {

    static final String REGION = "orders";
    static final String POOL = "orders-pool";

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Not by HTTP/2: the server ends such a connection after 30 seconds though a request is under way. */
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final MicroServer server;

    private BenchmarkServer(MicroServer server) {
        this.server = server;
    }

    /**
     * Starts one and returns when it is ready.
     *
     * @param regionBytes the region's size, which it makes
     * @param connections the most that the pool opens
     * @param machineOptions for its virtual machine
     */
    static BenchmarkServer start(
            ProcessGroup group, String unitAddress, long regionBytes, int connections, List<String> machineOptions)
            throws IOException, InterruptedException {
        Path application = group.directory().resolve("benchmark.war");
        BuiltFiles.writeApplication(application);
        MicroServer server = MicroServer.start(
                group,
                "server",
                FreePorts.find(1).get(0),
                new MicroServer.Settings(
                        BuiltFiles.payaraMicro(), BuiltFiles.rar(), application, unitAddress, List.of()),
                bootCommands(unitAddress, regionBytes, connections),
                new MicroServer.Extras(machineOptions, List.of(), List.of()));
        server.awaitReady();
        return new BenchmarkServer(server);
    }

    private static List<String> bootCommands(String unitAddress, long regionBytes, int connections) throws IOException {
        return List.of(
                "create-resource-adapter-config --property unitAddress=" + MicroServer.escaped(unitAddress)
                        + ":instanceName=server pmu-connector",
                "deploy --name pmu-connector " + BuiltFiles.rar(),
                "create-connector-connection-pool --raname pmu-connector"
                        + " --connectiondefinition org.pmuconnector.checkpoint.CheckpointConnectionFactory"
                        + " --transactionsupport XATransaction --steadypoolsize 1 --maxpoolsize " + connections
                        + " --property region=" + REGION + ":persistenceLevel=VISIBLE:regionSizeBytes=" + regionBytes
                        + " " + POOL,
                "create-connector-resource --poolname " + POOL + " eis/" + REGION);
    }

    String get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    String post(String path) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.baseUri().resolve(path)).timeout(PATIENCE);
    }

    private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(
                    "the server answered " + answer.statusCode() + " to " + answer.uri() + ": " + answer.body());
        }
        return answer.body();
    }
}
