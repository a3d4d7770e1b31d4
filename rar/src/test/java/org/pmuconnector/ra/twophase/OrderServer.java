package org.pmuconnector.ra.twophase;

import com.arjuna.ats.arjuna.common.CoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.ObjectStoreEnvironmentBean;
import com.arjuna.ats.arjuna.common.RecoveryEnvironmentBean;
import com.arjuna.ats.arjuna.recovery.RecoveryManager;
import com.arjuna.ats.internal.arjuna.recovery.AtomicActionRecoveryModule;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTANodeNameXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.JTATransactionLogXAResourceOrphanFilter;
import com.arjuna.ats.internal.jta.recovery.arjunacore.XARecoveryModule;
import com.arjuna.ats.jta.common.JTAEnvironmentBean;
import com.arjuna.ats.jta.recovery.XAResourceRecoveryHelper;
import com.arjuna.common.internal.util.propertyservice.BeanPopulator;
import jakarta.resource.ResourceException;
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAResource;

/**
 * Takes orders, each into a database and into a region in one transaction. First it recovers what a former process left,
 * and prints what both have then; after some orders it ends at the step of the protocol that it is told.
 * {@code main(FOLDER UNIT FIRST_RESOURCE HALT_AT)}, without the last two to recover alone.
 */
public final class OrderServer implements AutoCloseable {

    private static final String NODE = "1";
    private static final int ORDERS_BEFORE = 2;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final OrderTable table;
    private final OrderRegion region;
    private final TransactionManager transactions;
    private final RecoveryManager recovery;

    private OrderServer(Path folder, String unitAddress) throws Exception {
        configure(folder);
        table = new OrderTable(folder);
        region = new OrderRegion(unitAddress);
        XARecoveryModule resources = new XARecoveryModule();
        resources.addXAResourceRecoveryHelper(helper(table.resource(), region.resource()));
        BeanPopulator.getDefaultInstance(RecoveryEnvironmentBean.class)
                .setRecoveryModules(List.of(new AtomicActionRecoveryModule(), resources));
        transactions = com.arjuna.ats.jta.TransactionManager.transactionManager();
        recovery = RecoveryManager.manager(RecoveryManager.DIRECT_MANAGEMENT);
    }

    /** {@code FOLDER UNIT [FIRST_RESOURCE HALT_AT]} */
    public static void main(String[] arguments) throws Exception {
        try (OrderServer server = new OrderServer(Path.of(arguments[0]), arguments[1])) {
            server.recover();
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

    private static void configure(Path folder) throws Exception {
        BeanPopulator.getDefaultInstance(CoreEnvironmentBean.class).setNodeIdentifier(NODE);
        for (String store : new String[] {null, "communicationStore", "stateStore"}) {
            BeanPopulator.getNamedInstance(ObjectStoreEnvironmentBean.class, store)
                    .setObjectStoreDir(folder.resolve("transactions").toString());
        }
        RecoveryEnvironmentBean recovery = BeanPopulator.getDefaultInstance(RecoveryEnvironmentBean.class);
        recovery.setRecoveryBackoffPeriod(1);
        JTAEnvironmentBean jta = BeanPopulator.getDefaultInstance(JTAEnvironmentBean.class);
        jta.setXaRecoveryNodes(List.of(NODE));
        // What it finds is of a process that is dead: nobody is still at it.
        jta.setOrphanSafetyInterval(1);
        jta.setXaResourceOrphanFilters(
                List.of(new JTATransactionLogXAResourceOrphanFilter(), new JTANodeNameXAResourceOrphanFilter()));
    }

    private static XAResourceRecoveryHelper helper(XAResource... resources) {
        return new XAResourceRecoveryHelper() {
            @Override
            public boolean initialise(String parameter) {
                return true;
            }

            @Override
            public XAResource[] getXAResources() {
                return resources;
            }
        };
    }

    /** Lets the transaction manager decide about all that is in doubt. */
    private void recover() throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        do {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("still in doubt after a minute");
            }
            recovery.scan();
        } while (inDoubt(table.resource()) + inDoubt(region.resource()) > 0);
    }

    private static int inDoubt(XAResource resource) throws Exception {
        return resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN).length;
    }

    private void take(int order, String firstResource, String haltAt) throws Exception {
        XAResource ofTable = new HaltingResource(table.resource(), OrderTable.NAME, haltAt);
        XAResource ofRegion = new HaltingResource(region.resource(), OrderRegion.NAME, haltAt);
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
