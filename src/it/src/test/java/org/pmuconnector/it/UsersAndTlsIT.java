package org.pmuconnector.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.instance.Instance;
import org.pmuconnector.instance.InstanceSettings;
import org.pmuconnector.instance.RegionConnection;
import org.pmuconnector.instance.RegionSettings;
import org.pmuconnector.it.app.Calls;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.pmu.users.UsersFile;
import org.pmuconnector.sample.demo.process.FreePorts;
import org.pmuconnector.sample.demo.process.MicroServer;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.ScramVerifier;

/**
 * An application in Payara Micro at a unit that speaks TLS and lets in its users alone: the adapter's own user, who may
 * write to one region and only read others, and users whom the application signs on.
 */
class UsersAndTlsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Path PMU_JAR = Path.of(System.getProperty("pmu.jar"));
    private static final HttpClient HTTP = ServerHttp.newClient();

    private static final String FACTORY =
            "create-connector-connection-pool --raname pmu-connector --connectiondefinition"
                    + " org.pmuconnector.checkpoint.CheckpointConnectionFactory --transactionsupport XATransaction"
                    + " --steadypoolsize 0 --maxpoolsize 4 --property ";

    private static ProcessGroup group;
    private static Path authority;
    private static PmuDaemon unit;
    private static PmuDaemon stranger;
    private static MicroServer server;

    @BeforeAll
    static void start() throws Exception {
        group = ProcessGroup.create(Files.createDirectories(Path.of(System.getProperty("it.workDirectory"))));
        Certificates certificates = new Certificates(group);
        authority = certificates.authorityFile();
        unit = serve("unit", certificates.serveOptions("unit"));
        stranger = serve("stranger", certificates.serveOptions("stranger"));
        Path war = group.directory().resolve("it.war");
        ShrinkWrap.create(WebArchive.class, "it.war")
                .addPackage(Calls.class.getPackage())
                .as(ZipExporter.class)
                .exportTo(war.toFile());
        server = MicroServer.start(
                group,
                "server",
                FreePorts.find(1).get(0),
                new MicroServer.Settings(
                        Path.of(System.getProperty("payara.micro.jar")),
                        Path.of(System.getProperty("pmu.rar")),
                        war,
                        unit.address(),
                        List.of()),
                bootCommands());
        // While the server starts.
        makeRegions();
        server.awaitReady();
    }

    @AfterAll
    static void stop() {
        if (group != null) {
            group.close();
        }
    }

    private static PmuDaemon serve(String name, List<String> tlsOptions) throws Exception {
        Path file = PmuDaemon.format(group, PMU_JAR, name, "512m");
        for (String user : List.of("owner", "server", "writer", "reader")) {
            Set<UserRole> roles = user.equals("owner") ? Set.of(UserRole.CREATE) : Set.of();
            ScramVerifier verifier =
                    ScramVerifier.of(credentials(user), ScramVerifier.FEWEST_ITERATIONS, new SecureRandom());
            new UsersFile(file).change(users -> users.with(new User(user, verifier, roles)));
        }
        return PmuDaemon.serve(group, PMU_JAR, file, "iwarps://127.0.0.1:0", tlsOptions);
    }

    private static Credentials credentials(String user) throws PmuException {
        return Credentials.of(user, password(user));
    }

    /** All of them begin alike, so that one look finds any. */
    private static String password(String user) {
        return "open-sesame-" + user;
    }

    private static List<String> bootCommands() {
        List<String> commands = new ArrayList<>(List.of(
                "create-resource-adapter-config --property unitAddress=" + escaped(unit.address())
                        + ":instanceName=server:user=server:password=" + password("server") + ":tlsCaFile=" + authority
                        + " pmu-connector",
                "deploy --name pmu-connector " + System.getProperty("pmu.rar")));
        factory(commands, "orders", "region=orders");
        factory(commands, "archive", "region=archive");
        factory(commands, "stranger", "region=orders:unitAddress=" + escaped(stranger.address()));
        return commands;
    }

    private static void factory(List<String> commands, String name, String properties) {
        commands.add(FACTORY + properties + " " + name + "-pool");
        commands.add("create-connector-resource --poolname " + name + "-pool eis/" + name);
    }

    private static String escaped(String value) {
        return value.replace(":", "\\:");
    }

    /** The regions are the owner's; others have the rights that it gives them. */
    private static void makeRegions() throws Exception {
        try (Owner owner = new Owner()) {
            for (String region : List.of("orders", "archive", "watched", "followed")) {
                owner.connect(region).close();
            }
        }
        grant("orders", "server=read,write,take-over", "writer=read,write", "reader=read");
        grant("archive", "server=read");
        grant("watched", "server=read");
        grant("followed", "server=read");
    }

    private static void grant(String region, String... grants) throws Exception {
        Path passwordFile = Files.writeString(group.directory().resolve("owner.password"), password("owner"));
        Files.setPosixFilePermissions(passwordFile, PosixFilePermissions.fromString("rw-------"));
        List<String> arguments = new ArrayList<>(List.of(
                "access", unit.address(), region, "--user", "owner", "--password-file", passwordFile.toString()));
        arguments.addAll(List.of("--tls-ca", authority.toString()));
        for (String grant : grants) {
            arguments.addAll(List.of("--grant", grant));
        }
        PmuDaemon.run(group, PMU_JAR, "access-" + region, arguments.toArray(String[]::new));
    }

    /** An instance outside the server that logs in as the regions' owner. */
    private static final class Owner implements AutoCloseable {

        private final Fabric fabric;
        private final Instance instance;
        private final Thread session;

        Owner() throws PmuException {
            fabric = Fabrics.of(
                    UnitAddress.parse(unit.address()),
                    FabricOptions.defaults().withTlsFiles(authority.toString(), "", ""));
            instance = Instance.of(
                    new InstanceSettings("outside", Duration.ofSeconds(5), PATIENCE, credentials("owner")), fabric);
            session = new Thread(instance::run, "session of the owner");
            session.start();
        }

        RegionConnection connect(String region) throws PmuException {
            return instance.region(new RegionSettings(region, true, 1 << 20, 0, null, null))
                    .connect(null);
        }

        @Override
        public void close() {
            instance.close();
            try {
                session.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while the session ended", e);
            } finally {
                fabric.close();
            }
        }
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.baseUri().resolve(path)).timeout(PATIENCE);
    }

    private static String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), BodyHandlers.ofString()).body();
    }

    private static String get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    private static String post(String path) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.noBody()));
    }

    private static String appendAs(String user, String password, String factory, String text)
            throws IOException, InterruptedException {
        return send(request("as/" + factory + "?text=" + text)
                .headers("user", user, "password", password)
                .POST(BodyPublishers.noBody()));
    }

    private static String recoverAs(String user, String factory) throws IOException, InterruptedException {
        return send(request("as/" + factory)
                .headers("user", user, "password", password(user))
                .GET());
    }

    @Test
    void connection_ofTheAdaptersOwnUser_writesAndReads() throws Exception {
        assertThat(post("write/append/orders?texts=own")).isEqualTo("OK\n");
        assertThat(get("recover/orders")).contains("UPDATE own\n");
    }

    @Test
    void connection_ofAUserWithTheRightPassword_writesAndReads() throws Exception {
        assertThat(appendAs("writer", password("writer"), "orders", "writers")).isEqualTo("OK\n");
        assertThat(recoverAs("writer", "orders")).contains("UPDATE writers\n");
    }

    @Test
    void connection_ofAUserWithAWrongPassword_isATypedErrorThatNamesUnitAndUser() throws Exception {
        // Also while the pool holds a connection that the right password made.
        assertThat(recoverAs("writer", "orders")).doesNotContain("FAILED");
        assertThat(appendAs("writer", password("wrong"), "orders", "wrong"))
                .contains("AccessRefusedException PMU-502", unit.address(), "'writer'", "password is wrong")
                .doesNotContain("sesame");
        assertThat(appendAs("nobody", password("wrong"), "orders", "wrong"))
                .contains("AccessRefusedException PMU-502", unit.address(), "'nobody'", "password is wrong")
                .doesNotContain("sesame");
        assertThat(get("recover/orders")).doesNotContain("UPDATE wrong\n");
    }

    @Test
    void append_ofAUserThatMayOnlyRead_isATypedErrorAndWritesNothing() throws Exception {
        assertThat(appendAs("reader", password("reader"), "orders", "readers"))
                .contains("AccessRefusedException PMU-503", "NOT_WRITTEN", unit.address(), "reader may not write");
        assertThat(recoverAs("reader", "orders")).doesNotContain("FAILED").doesNotContain("UPDATE readers\n");
        // The adapter's own user may only read here, too, and becoming the primary is its affair.
        assertThat(post("write/append/archive?texts=x"))
                .contains("AccessRefusedException PMU-503", "NOT_WRITTEN", "server may not take over");
        assertThat(get("recover/archive")).isEmpty();
    }

    @Test
    void activations_ofAUserThatMayNotTakeOver_areDeliveredEachSetOnce() throws Exception {
        try (Owner owner = new Owner();
                RegionConnection watched = owner.connect("watched");
                RegionConnection followed = owner.connect("followed")) {
            watched.commit(List.of(update("one"), update("two")));
            followed.commit(List.of(update("three")));
            awaitDelivery("watched UPDATE 2 two");
            awaitDelivery("UPDATE 1 three");
        }
        // The regions have no primary now, and still nothing is delivered anew.
        try (Owner owner = new Owner();
                RegionConnection followed = owner.connect("followed")) {
            followed.commit(List.of(update("four")));
            awaitDelivery("UPDATE 2 four");
        }
        assertThat(get("deliveries").lines().toList())
                .containsExactlyInAnyOrder(
                        "watched UPDATE 1 one", "watched UPDATE 2 two", "UPDATE 1 three", "UPDATE 2 four");
    }

    private static PendingSet update(String text) {
        return PendingSet.update(text.getBytes(UTF_8), 0);
    }

    private static void awaitDelivery(String line) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        String all = get("deliveries");
        while (!all.contains(line)) {
            assertThat(System.nanoTime())
                    .as("waiting for '%s' in:%n%s", line, all)
                    .isLessThan(deadline);
            all = get("deliveries");
        }
    }

    @Test
    void connection_toAUnitThatNobodyTrustedVouchesFor_isATypedError() throws Exception {
        assertThat(get("recover/stranger"))
                .contains("AccessRefusedException PMU-502", stranger.address(), "signed by nobody");
        assertThat(appendAs("writer", password("writer"), "stranger", "x"))
                .contains("AccessRefusedException PMU-502", stranger.address(), "signed by nobody");
        // Before any password, or what proves one, was sent there.
        assertThat(stranger.process().output()).doesNotContain("log-in");
    }

    @Test
    void passwords_rightOrWrong_areInNoLog() throws Exception {
        assertThat(recoverAs("reader", "orders")).doesNotContain("FAILED");
        assertThat(appendAs("reader", password("wrong"), "orders", "wrong")).contains("PMU-502");

        assertThat(unit.process().output()).contains("reader").doesNotContain("sesame");
        assertThat(server.process().output()).contains("orders-pool").doesNotContain("sesame");
    }
}
