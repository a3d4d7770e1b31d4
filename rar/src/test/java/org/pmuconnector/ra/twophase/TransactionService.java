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
import jakarta.transaction.TransactionManager;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAResource;

/** A transaction manager that logs its decisions in a folder, and recovers by them. */
final class TransactionService {

    private static final String NODE = "1";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final XAResource[] resources;
    private final RecoveryManager recovery;

    /** The process's own, for these resources. */
    TransactionService(Path folder, XAResource... resources) throws Exception {
        this.resources = resources;
        configure(folder);
        XARecoveryModule module = new XARecoveryModule();
        module.addXAResourceRecoveryHelper(helper(resources));
        BeanPopulator.getDefaultInstance(RecoveryEnvironmentBean.class)
                .setRecoveryModules(List.of(new AtomicActionRecoveryModule(), module));
        recovery = RecoveryManager.manager(RecoveryManager.DIRECT_MANAGEMENT);
    }

    TransactionManager manager() {
        return com.arjuna.ats.jta.TransactionManager.transactionManager();
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

    /** Decides about all that is in doubt. */
    void recover() throws Exception {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        do {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("still in doubt after a minute");
            }
            recovery.scan();
        } while (inDoubt() > 0);
    }

    private int inDoubt() throws Exception {
        int found = 0;
        for (XAResource resource : resources) {
            found += resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN).length;
        }
        return found;
    }
}
