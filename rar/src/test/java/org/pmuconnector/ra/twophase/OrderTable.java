package org.pmuconnector.ra.twophase;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import org.h2.jdbcx.JdbcDataSource;

/** A database's table with orders: in this process, in a file. */
final class OrderTable implements AutoCloseable {

    static final String NAME = "table";

    private final JdbcDataSource source = new JdbcDataSource();
    private final XAConnection xaConnection;

    OrderTable(Path folder) throws SQLException {
        // Written through at each commit, and found as it is by the next process.
        source.setURL("jdbc:h2:file:" + folder.resolve("orders").toAbsolutePath() + ";WRITE_DELAY=0");
        xaConnection = source.getXAConnection();
        try (Connection connection = xaConnection.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS ORDERS (NUMBER INT PRIMARY KEY)");
        }
    }

    XAResource resource() throws SQLException {
        return xaConnection.getXAResource();
    }

    /** A connection that takes part in what the resource was enlisted in. */
    Connection connection() throws SQLException {
        return xaConnection.getConnection();
    }

    static void write(Connection connection, int order) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO ORDERS VALUES (?)")) {
            insert.setInt(1, order);
            insert.executeUpdate();
        }
    }

    /** By a connection of its own: a transaction may be in progress. */
    List<Integer> orders() throws SQLException {
        List<Integer> orders = new ArrayList<>();
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT NUMBER FROM ORDERS ORDER BY NUMBER")) {
            while (rows.next()) {
                orders.add(rows.getInt(1));
            }
        }
        return orders;
    }

    @Override
    public void close() throws SQLException {
        xaConnection.close();
    }
}
