package org.pmuconnector.ra.twophase;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ActivationSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAResource;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.ra.CheckpointActivationSpec;
import org.pmuconnector.ra.PmuResourceAdapter;

/**
 * Is given orders that a region holds, and writes each into a database, in the transaction that clears it. First it
 * recovers what a former process left, and prints what the database has then; it ends at the step of the protocol that it
 * is told, for the last of some new orders. {@code main(FOLDER UNIT FIRST_RESOURCE HALT_AT)}, without the last two to take
 * what is left.
 */
public final class OrderConsumer implements AutoCloseable {

    private static final int NEW_ORDERS = 3;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final OrderTable table;
    private final OrderRegion written;
    private final PmuResourceAdapter adapter = new PmuResourceAdapter();
    private final CheckpointActivationSpec spec = new CheckpointActivationSpec();
    private final TransactionService service;

    private OrderConsumer(Path folder, String unitAddress) throws Exception {
        table = new OrderTable(folder);
        // Somebody else's, for this matter.
        written = new OrderRegion(unitAddress, "writer", "CLEARED");
        OrderRegion.start(adapter, unitAddress, "server");
        spec.setResourceAdapter(adapter);
        spec.setRegion("orders");
        spec.setSubscription("settlement");
        spec.setResume("CURSOR");
        spec.setRole("STANDBY");
        spec.setPollIntervalMillis(5L);
        XAResource clears = adapter.getXAResources(new ActivationSpec[] {spec})[0];
        service = new TransactionService(folder, table.resource(), clears);
    }

    /** {@code FOLDER UNIT [FIRST_RESOURCE HALT_AT]} */
    public static void main(String[] arguments) throws Exception {
        try (OrderConsumer consumer = new OrderConsumer(Path.of(arguments[0]), arguments[1])) {
            consumer.service.recover();
            System.out.println("table " + consumer.table.orders());
            if (arguments.length > 2) {
                int last = consumer.newest() + NEW_ORDERS;
                for (int order = last - NEW_ORDERS + 1; order <= last; order++) {
                    consumer.written.write(order);
                }
                consumer.take(arguments[2], last, arguments[3]);
            } else {
                consumer.take("table", 0, "never");
            }
            System.out.println("taken " + consumer.table.orders());
        }
        System.exit(0);
    }

    private int newest() throws Exception {
        List<Integer> orders = written.orders();
        List<Integer> taken = table.orders();
        int newest = orders.isEmpty() ? 0 : orders.get(orders.size() - 1);
        return taken.isEmpty() ? newest : Math.max(newest, taken.get(taken.size() - 1));
    }

    /** Until the database has all orders; or until the process ends, at a step of the last one's transaction. */
    private void take(String firstResource, int lastOrder, String haltAt) throws Exception {
        int wanted = newest();
        OrderEndpoints endpoints =
                new OrderEndpoints(service.manager(), table, firstResource.equals(OrderTable.NAME), lastOrder, haltAt);
        adapter.endpointActivation(endpoints, spec);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!table.orders().contains(wanted)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("order " + wanted + " did not come; there are " + table.orders());
            }
            Thread.onSpinWait();
        }
        adapter.endpointDeactivation(endpoints, spec);
    }

    static int order(Checkpoint checkpoint) {
        return Integer.parseInt(new String(checkpoint.payload(), StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws ResourceException, SQLException {
        adapter.stop();
        written.close();
        table.close();
    }
}
