package org.pmuconnector.it.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.h2.tools.Server;
import org.pmuconnector.sample.book.LobsterFormat;
import org.pmuconnector.sample.book.MalformedMessageException;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.demo.process.ProcessGroup;
import org.pmuconnector.sample.state.Batch;

/** The database of all servers, in a process of its own: no server takes it along when it is killed. */
final class OrderDatabase implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Pattern READY = Pattern.compile("TCP server running at");

    /** A branch as this database names it: format, qualifier, transaction. */
    private static final Pattern BRANCH = Pattern.compile("XID\\|-?\\d+\\|([^|]*)\\|[^|]*");

    /** How long a batch waits for another transaction with it that is in doubt; the whole desk waits as long. */
    private static final int LOCK_TIMEOUT_MILLIS = 50;

    private final String url;
    private final Connection connection;

    private OrderDatabase(String url, Connection connection) {
        this.url = url;
        this.connection = connection;
    }

    static OrderDatabase start(ProcessGroup group, int port) throws IOException, InterruptedException, SQLException {
        Path archive = Path.of(
                Server.class.getProtectionDomain().getCodeSource().getLocation().getPath());
        group.start(
                        "database",
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:+UseSerialGC",
                                "-cp",
                                archive.toString(),
                                Server.class.getName(),
                                "-tcp",
                                "-tcpPort",
                                Integer.toString(port),
                                "-ifNotExists",
                                "-baseDir",
                                group.directory().toString()))
                .awaitOutput(READY, PATIENCE);
        String url = "jdbc:h2:tcp://127.0.0.1:" + port + "/orders;LOCK_TIMEOUT=" + LOCK_TIMEOUT_MILLIS;
        return new OrderDatabase(url, DriverManager.getConnection(url));
    }

    String url() {
        return url;
    }

    /** Each client's batches in the order of their ids. */
    List<Batch> batches() throws SQLException, MalformedMessageException {
        List<Batch> batches = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT CLIENT, BATCH, BOOK, MESSAGES FROM BATCHES ORDER BY CLIENT, BATCH")) {
            while (rows.next()) {
                List<Message> messages = new ArrayList<>();
                for (String line : rows.getString(4).lines().toList()) {
                    messages.add(LobsterFormat.parse(line, messages.size() + 1L));
                }
                batches.add(new Batch(rows.getString(1), rows.getLong(2), rows.getString(3), messages));
            }
        }
        return batches;
    }

    /** The branches that wait for their outcome, those that are under way among them. */
    List<String> inDoubt() throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT TRANSACTION_NAME FROM INFORMATION_SCHEMA.IN_DOUBT")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    /** The same of one server, as their qualifiers tell. */
    List<String> inDoubtOf(DeskServer server) throws SQLException {
        return inDoubt().stream()
                .filter(name -> qualifier(name).startsWith(server.name() + ","))
                .toList();
    }

    private static String qualifier(String branchName) {
        Matcher branch = BRANCH.matcher(branchName);
        assertThat(branch.matches()).as(branchName).isTrue();
        return new String(Base64.getUrlDecoder().decode(branch.group(1)), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
