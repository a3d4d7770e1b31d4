package org.pmuconnector.sample.desk;

import jakarta.annotation.PostConstruct;
import jakarta.ejb.ConcurrencyManagement;
import jakarta.ejb.ConcurrencyManagementType;
import jakarta.ejb.Singleton;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.stream.Collectors;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.pmuconnector.sample.book.LobsterFormat;
import org.pmuconnector.sample.state.Batch;

/**
 * A table of a relational database that has every recorded batch, for those who want to query them; only where
 * {@link DeskSettings#DATABASE} names a data source. All servers use the same database.
 *
 * <p>The table's key holds a batch up that is sent again while another server's transaction with it is in doubt: to the
 * database that row is taken until that server's transaction manager has decided.
 */
@Singleton
@ConcurrencyManagement(ConcurrencyManagementType.BEAN)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class Ledger {

    private static final int LONGEST_BATCH = Batch.MAX_MESSAGES * (LobsterFormat.MAX_LINE_LENGTH + 1);

    private static final String TABLE = "CREATE TABLE IF NOT EXISTS BATCHES (CLIENT VARCHAR(64), BATCH BIGINT,"
            + " BOOK VARCHAR(64) NOT NULL, MESSAGES VARCHAR(" + LONGEST_BATCH + ") NOT NULL, UNIQUE (CLIENT, BATCH))";

    private static final String INSERT = "INSERT INTO BATCHES (CLIENT, BATCH, BOOK, MESSAGES) VALUES (?, ?, ?, ?)";

    /** Null where there is none. */
    private DataSource database;

    /** Looked up, not injected: a server without it has nothing to inject. */
    @SuppressWarnings("BanJNDI") // The name is the administrator's.
    @PostConstruct
    void open() {
        String name = DeskSettings.database();
        if (name.isEmpty()) {
            return;
        }
        try {
            database = InitialContext.doLookup(name);
            try (Connection connection = database.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(TABLE);
            }
        } catch (NamingException | SQLException failure) {
            throw new IllegalStateException(
                    "the database " + name + " of system property " + DeskSettings.DATABASE + " cannot be used: "
                            + failure.getMessage(),
                    failure);
        }
    }

    /**
     * Adds a batch in the caller's transaction.
     *
     * @throws LedgerException if the database did not take it: the transaction must not commit
     */
    @TransactionAttribute(TransactionAttributeType.MANDATORY)
    public void add(Batch batch) throws LedgerException {
        if (database == null) {
            return;
        }
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            if (batch.isRepeatable()) {
                insert.setString(1, batch.clientId());
                insert.setLong(2, batch.batchId());
            } else {
                // Nulls are never equal: the key lets as many such rows in as come.
                insert.setNull(1, Types.VARCHAR);
                insert.setNull(2, Types.BIGINT);
            }
            insert.setString(3, batch.book());
            insert.setString(
                    4, batch.messages().stream().map(LobsterFormat::format).collect(Collectors.joining("\n")));
            insert.executeUpdate();
        } catch (SQLException failure) {
            throw new LedgerException(
                    "batch " + batch.batchId() + " of client " + batch.clientId()
                            + " was not taken by the database, and so not recorded: " + failure.getMessage(),
                    failure);
        }
    }
}
