package org.pmuconnector.sample.desk;

import jakarta.annotation.PostConstruct;
import jakarta.annotation.Resource;
import jakarta.ejb.AccessTimeout;
import jakarta.ejb.EJB;
import jakarta.ejb.Lock;
import jakarta.ejb.LockType;
import jakarta.ejb.Singleton;
import jakarta.ejb.Startup;
import jakarta.ejb.TransactionAttribute;
import jakarta.ejb.TransactionAttributeType;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.PrimaryTerm;
import org.pmuconnector.sample.state.Batch;
import org.pmuconnector.sample.state.ClientProgress;

/**
 * The order desk: one per server, its books in memory.
 *
 * <p>The container's write lock is held from before a batch is recorded until it has been applied, so that memory and
 * region change in the same order. No method joins a caller's transaction: each batch is a transaction of its own,
 * begun and committed by {@link CheckpointJournal} while the lock is held, and memory changes only after the commit.
 */
@Singleton
@Startup
@Lock(LockType.WRITE)
@TransactionAttribute(TransactionAttributeType.NOT_SUPPORTED)
public class OrderDesk {

    /** Environment entry; the value here counts where the application declares none. */
    @Resource(name = "updatesPerBase")
    private Integer updatesPerBase = 1_000;

    @EJB
    private Journal journal;

    @EJB
    private DeskMonitor monitor;

    private Desk desk;

    @PostConstruct
    void open() {
        desk = new Desk(DeskSettings.serverName(), DeskSettings.updatesPerBase(updatesPerBase), journal);
        monitor.publish(desk.status());
    }

    /**
     * Records a batch in the region and then applies it. When this returns, the batch survives the death of this
     * server. A batch with a client id may be sent again, here or to the next primary, as often as needed: it is
     * recorded once.
     *
     * @throws DeskException if it was not accepted; {@link DeskException#reason()} says whether to send it again
     * @throws jakarta.ejb.ConcurrentAccessTimeoutException if others kept the desk busy for 20 seconds; it was not
     *     recorded
     */
    @AccessTimeout(value = 20, unit = TimeUnit.SECONDS)
    public Receipt accept(Batch batch) throws DeskException {
        try {
            return desk.accept(batch);
        } finally {
            monitor.publish(desk.status());
        }
    }

    /**
     * One book as it is now; empty if there is none of that name.
     *
     * @param levelCount how many price levels of each side at most, 0 or more
     */
    @Lock(LockType.READ)
    @AccessTimeout(value = 5, unit = TimeUnit.SECONDS)
    public Optional<BookView> view(String book, int levelCount) {
        return desk.view(book, levelCount);
    }

    /** How far a client has come; empty if it has sent nothing. */
    @Lock(LockType.READ)
    @AccessTimeout(value = 5, unit = TimeUnit.SECONDS)
    public Optional<ClientProgress> progress(String clientId) {
        return desk.progress(clientId);
    }

    /** For {@link OrderBookReplica}: a set of the region. */
    public void delivered(Checkpoint set) {
        try {
            desk.delivered(set);
        } finally {
            monitor.publish(desk.status());
        }
    }

    /** For {@link OrderBookReplica}: this server is the primary. */
    public void primary(PrimaryTerm term) {
        desk.primary(term);
        monitor.publish(desk.status());
    }

    /** For {@link OrderBookReplica}: another server has taken over. */
    public void fenced() {
        desk.fenced();
        monitor.publish(desk.status());
    }

    /** For {@link OrderBookReplica}: the state is delivered anew. */
    public void reset() {
        desk.reset();
        monitor.publish(desk.status());
    }
}
