package org.pmuconnector.ra.twophase;

import jakarta.resource.spi.endpoint.MessageEndpoint;
import jakarta.transaction.TransactionManager;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.SQLException;
import javax.transaction.xa.XAResource;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.checkpoint.PrimaryTerm;
import org.pmuconnector.ra.TransactedEndpoints;

/** A message-driven bean that writes orders into a database, and the server round it. */
final class OrderEndpoints extends TransactedEndpoints {

    private final TransactionManager transactions;
    private final OrderTable table;
    private final boolean tableFirst;
    private final int haltingOrder;
    private final String haltAt;

    OrderEndpoints(
            TransactionManager transactions, OrderTable table, boolean tableFirst, int haltingOrder, String haltAt) {
        this.transactions = transactions;
        this.table = table;
        this.tableFirst = tableFirst;
        this.haltingOrder = haltingOrder;
        this.haltAt = haltAt;
    }

    @Override
    public MessageEndpoint createEndpoint(XAResource xaResource) {
        return new Endpoint(xaResource);
    }

    private final class Endpoint implements MessageEndpoint, CheckpointListener {

        private final XAResource clears;
        /** From before its transaction until after it: this database forgets its part with the connection. */
        private Connection connection;

        private boolean taken;
        private volatile String halting = "never";

        Endpoint(XAResource clears) {
            this.clears = clears;
        }

        private XAResource halting(XAResource resource, String name) {
            return new HaltingResource(resource, name, () -> halting);
        }

        @Override
        public void beforeDelivery(Method method) {
            taken = false;
            halting = "never";
            try {
                connection = table.connection();
                XAResource ofTable = halting(table.resource(), OrderTable.NAME);
                XAResource ofRegion = halting(clears, OrderRegion.NAME);
                transactions.begin();
                transactions.getTransaction().enlistResource(tableFirst ? ofTable : ofRegion);
                transactions.getTransaction().enlistResource(tableFirst ? ofRegion : ofTable);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void onCheckpoint(Checkpoint checkpoint) {
            int order = OrderConsumer.order(checkpoint);
            halting = order == haltingOrder ? haltAt : "never";
            try {
                OrderTable.write(connection, order);
                taken = true;
            } catch (SQLException e) {
                System.out.println("not taken: " + order + ", " + e);
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void afterDelivery() {
            try {
                if (taken) {
                    transactions.commit();
                } else {
                    transactions.rollback();
                }
                connection.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void release() {
            // Nothing is kept.
        }

        @Override
        public void onPrimary(PrimaryTerm term) {
            throw new IllegalStateException("a standby became the primary");
        }

        @Override
        public void onFenced(PrimaryTerm term) {
            throw new IllegalStateException("a standby was fenced");
        }

        @Override
        public void onReset(String region, String reason) {
            throw new IllegalStateException("sets were lost: " + reason);
        }
    }
}
