package org.pmuconnector.ra.twophase;

import jakarta.resource.ResourceException;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.transaction.xa.XAResource;

/**
 * Takes orders, each into a database and into a region in one transaction. First it recovers what a former process left,
 * and prints what both have then; after some orders it ends at the step of the protocol that it is told.
 * {@code main(FOLDER UNIT FIRST_RESOURCE HALT_AT)}, without the last two to recover alone.
 */
public final class OrderServer implements AutoCloseable {

    private static final int ORDERS_BEFORE = 2;

    private final OrderTable table;
    private final OrderRegion region;
    private final TransactionManager transactions;
    private final TransactionService service;

    private OrderServer(Path folder, String unitAddress) throws Exception {
        table = new OrderTable(folder);
        region = new OrderRegion(unitAddress, "server", "");
        service = new TransactionService(folder, table.resource(), region.resource());
        transactions = service.manager();
    }

    /** {@code FOLDER UNIT [FIRST_RESOURCE HALT_AT]} */
    public static void main(String[] arguments) throws Exception {
        try (OrderServer server = new OrderServer(Path.of(arguments[0]), arguments[1])) {
            server.service.recover();
            List<Integer> inTable = server.table.orders();
            List<Integer> inRegion = server.region.orders();
            System.out.println("table " + inTable);
            System.out.println("region " + inRegion);
            if (arguments.length > 2) {
                int next = inTable.isEmpty() ? 1 : inTable.get(inTable.size() - 1) + 1;
                for (int i = 0; i < ORDERS_BEFORE; i++) {
                    server.take(next + i, arguments[2], "never");
                    System.out.println("acknowledged " + (next + i));
                }
                server.take(next + ORDERS_BEFORE, arguments[2], arguments[3]);
                System.out.println("acknowledged " + (next + ORDERS_BEFORE));
            }
        }
        System.exit(0);
    }

    private void take(int order, String firstResource, String haltAt) throws Exception {
        XAResource ofTable = new HaltingResource(table.resource(), OrderTable.NAME, () -> haltAt);
        XAResource ofRegion = new HaltingResource(region.resource(), OrderRegion.NAME, () -> haltAt);
        boolean tableFirst = firstResource.equals(OrderTable.NAME);
        transactions.begin();
        try (Connection connection = table.connection()) {
            transactions.getTransaction().enlistResource(tableFirst ? ofTable : ofRegion);
            transactions.getTransaction().enlistResource(tableFirst ? ofRegion : ofTable);
            OrderTable.write(connection, order);
            region.write(order);
            transactions.getTransaction().delistResource(ofTable, XAResource.TMSUCCESS);
            transactions.getTransaction().delistResource(ofRegion, XAResource.TMSUCCESS);
            transactions.commit();
        }
    }

    @Override
    public void close() throws ResourceException, SQLException {
        region.close();
        table.close();
    }
}
