package org.pmuconnector.it;

import java.nio.file.Path;
import java.util.List;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.pmuconnector.sample.demo.process.MicroServer;

/** What a Payara Micro needs for transactions with a database and a region that its own transaction manager recovers. */
public final class TransactionSettings {

    private static final String TRANSACTION_SERVICE = "set configs.config.server-config.transaction-service.";

    private TransactionSettings() {}

    /**
     * Commands for before the boot, so that a server recovers what its last process left.
     *
     * @param folder where its decisions are logged
     * @param serverId by which it tells its branches from those of others
     * @param delaySeconds after the start; longer than its boot commands take to make the pools, as it would recover
     *     without any resource before
     */
    public static List<String> recovery(Path folder, String serverId, int delaySeconds) {
        return List.of(
                TRANSACTION_SERVICE + "automatic-recovery=true",
                TRANSACTION_SERVICE + "tx-log-dir=" + folder,
                TRANSACTION_SERVICE + "property.xa-servername=" + serverId,
                TRANSACTION_SERVICE + "property.recover-txn-delay=" + delaySeconds);
    }

    /** Boot commands for the database {@code jdbc/orders}, at whose steps a process can be ended. */
    public static List<String> haltingDatabase(String url) {
        return List.of(
                "create-jdbc-connection-pool --datasourceclassname org.pmuconnector.ra.twophase.HaltingDataSource"
                        + " --restype javax.sql.XADataSource --steadypoolsize 1 --property url=\""
                        + MicroServer.escaped(url) + "\" orders-database",
                "create-jdbc-resource --connectionpoolid orders-database jdbc/orders");
    }

    /** The archive with that database's classes, for the server's own class path. */
    public static Path haltingLibrary(Path folder) {
        Path library = folder.resolve("halting.jar");
        Path classes = Path.of(System.getProperty("pmu.rar")).resolveSibling("test-classes");
        ShrinkWrap.create(JavaArchive.class, "halting.jar")
                .addAsResource(classes.resolve("org/pmuconnector/ra/twophase").toFile(), "org/pmuconnector/ra/twophase")
                .as(ZipExporter.class)
                .exportTo(library.toFile());
        return library;
    }
}
