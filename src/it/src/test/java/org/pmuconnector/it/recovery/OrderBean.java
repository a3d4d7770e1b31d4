package org.pmuconnector.it.recovery;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.annotation.Resource;
import jakarta.ejb.Stateless;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointConnection;
import org.pmuconnector.checkpoint.CheckpointConnectionFactory;
import org.pmuconnector.checkpoint.CheckpointException;

/** Orders in a database and in a region. Each call is a transaction. */
@Stateless
public class OrderBean {

    @Resource(lookup = "jdbc/orders")
    private DataSource database;

    @Resource(lookup = "eis/orders")
    private CheckpointConnectionFactory checkpoints;

    /** Makes the table if it is missing; a transaction of the database alone. */
    public void makeTable() throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS ORDERS (NUMBER INT PRIMARY KEY)");
        }
    }

    /** Takes an order into both; the resource that is used first is the first of the two-phase protocol. */
    public void take(int order, boolean tableFirst) throws SQLException, CheckpointException {
        if (tableFirst) {
            insert(order);
        }
        try (CheckpointConnection connection = checkpoints.getConnection()) {
            connection.append(String.valueOf(order).getBytes(UTF_8));
        }
        if (!tableFirst) {
            insert(order);
        }
    }

    private void insert(int order) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO ORDERS VALUES (?)")) {
            insert.setInt(1, order);
            insert.executeUpdate();
        }
    }

    /** The orders in the database. */
    public List<Integer> inTable() throws SQLException {
        return numbers("SELECT NUMBER FROM ORDERS ORDER BY NUMBER");
    }

    /** How many branches wait in the database for their outcome. */
    public int inDoubtInTable() throws SQLException {
        return numbers("SELECT COUNT(*) FROM INFORMATION_SCHEMA.IN_DOUBT").get(0);
    }

    private List<Integer> numbers(String query) throws SQLException {
        List<Integer> numbers = new ArrayList<>();
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                numbers.add(rows.getInt(1));
            }
        }
        return numbers;
    }

    /** The orders in the region. */
    public List<Integer> inRegion() throws CheckpointException {
        List<Integer> numbers = new ArrayList<>();
        try (CheckpointConnection connection = checkpoints.getConnection()) {
            for (Checkpoint set : connection.recover()) {
                numbers.add(Integer.valueOf(new String(set.payload(), UTF_8)));
            }
        }
        return numbers;
    }
}
