package org.pmuconnector.sample.desk;

import jakarta.ejb.EJBException;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointException;
import org.pmuconnector.checkpoint.PrimaryTerm;
import org.pmuconnector.sample.book.OrderBook;
import org.pmuconnector.sample.desk.DeskException.Reason;
import org.pmuconnector.sample.state.Batch;
import org.pmuconnector.sample.state.ClientProgress;
import org.pmuconnector.sample.state.Digest;
import org.pmuconnector.sample.state.MalformedPayloadException;
import org.pmuconnector.sample.state.StateCodec;
import org.pmuconnector.sample.state.Verdict;

/**
 * What the order desk does. The rule that everything else follows from: a batch is recorded in the region first, and
 * only when that has committed does memory change and the sender get its receipt. Memory therefore never holds what the
 * region does not; where a failure leaves open whether the region has a batch, the state is read anew before the next
 * one.
 *
 * <p>Not safe for use by several threads: {@link OrderDesk} holds a lock over it.
 */
final class Desk {

    private static final Logger LOG = Logger.getLogger(Desk.class.getName());

    private final String server;
    private final int updatesPerBase;
    private final Journal journal;
    private final Counts counts = new Counts();

    private Replica replica = new Replica();
    private Role role = Role.STANDBY;
    private PrimaryTerm term;
    private long epoch;
    private boolean stateUncertain;
    private long nextBaseAt;
    private String trouble = "";
    private String baseTrouble = "";

    /** @param updatesPerBase updates after which a base is recorded, 1 or more */
    Desk(String server, int updatesPerBase, Journal journal) {
        if (updatesPerBase < 1) {
            throw new IllegalArgumentException("updatesPerBase must be 1 or more, found " + updatesPerBase);
        }
        this.server = server;
        this.updatesPerBase = updatesPerBase;
        this.journal = journal;
        this.nextBaseAt = updatesPerBase;
    }

    /** Records a batch and then applies it; a batch that was recorded before is only acknowledged. */
    Receipt accept(Batch batch) throws DeskException {
        try {
            requirePrimary();
            if (stateUncertain) {
                readAnew();
            }
            boolean duplicate = judge(batch);
            if (duplicate) {
                counts.duplicates++;
            } else {
                record(batch);
                counts.accepted++;
                if (replica.updatesSinceBase() >= nextBaseAt) {
                    recordBase();
                }
            }
            return new Receipt(
                    server, epoch, replica.sequence(), batch.messages().size(), duplicate);
        } catch (DeskException refusal) {
            counts.refused++;
            throw refusal;
        }
    }

    private void requirePrimary() throws DeskException {
        if (role != Role.PRIMARY) {
            throw new DeskException(
                    role == Role.FENCED ? Reason.FENCED : Reason.NOT_PRIMARY,
                    "server " + server + " is " + role + ": send the batch to the primary",
                    null);
        }
    }

    /** Whether the batch is a duplicate; refuses what must not be recorded. */
    private boolean judge(Batch batch) throws DeskException {
        Verdict verdict = replica.state().judge(batch);
        return switch (verdict) {
            case NEW -> false;
            case DUPLICATE -> true;
            case ID_REUSED ->
                throw new DeskException(
                        Reason.ID_REUSED,
                        "client " + batch.clientId() + " sent another batch under id " + batch.batchId()
                                + " before: every batch needs an id of its own, higher than the last",
                        null);
            case TOO_MANY_CLIENTS, TOO_MANY_BOOKS, TOO_MANY_ORDERS ->
                throw new DeskException(Reason.LIMIT_REACHED, "the desk's limit is reached: " + verdict, null);
        };
    }

    private void record(Batch batch) throws DeskException {
        try {
            journal.append(batch);
        } catch (CheckpointException | LedgerException | EJBException failure) {
            if (JournalFailure.of(failure).reason() != Reason.REGION_FULL) {
                throw notRecorded(failure);
            }
            recordInFullRegion(batch);
        }
        replica.recorded(batch);
        trouble = "";
    }

    /** A base frees the room that all updates before it took; the region keeps enough back to hold one. */
    private void recordInFullRegion(Batch batch) throws DeskException {
        recordBase();
        requirePrimary();
        if (stateUncertain) {
            readAnew();
            throw new DeskException(Reason.UNAVAILABLE, "server " + server + ": the state was read anew", null);
        }
        try {
            journal.append(batch);
        } catch (CheckpointException | LedgerException | EJBException failure) {
            throw notRecorded(failure);
        }
    }

    private DeskException notRecorded(Exception failure) {
        JournalFailure known = drawConclusions(failure);
        trouble = known.describe();
        return new DeskException(known.reason(), "server " + server + ": " + trouble, failure);
    }

    private JournalFailure drawConclusions(Exception failure) {
        JournalFailure known = JournalFailure.of(failure);
        if (known.asksToReadAnew()) {
            stateUncertain = true;
        }
        if (known.reason() == Reason.FENCED) {
            role = Role.FENCED;
        }
        return known;
    }

    /** Records the whole state. A failure costs room in the region, not data: it is reported and tried again later. */
    private void recordBase() {
        try {
            byte[] state = StateCodec.encode(replica.state());
            if (!journal.overwrite(state, StateCodec.VERSION, replica.sequence())) {
                throw new IllegalStateException("the region holds more than the state, which ends at "
                        + replica.sequence() + ": it is read anew");
            }
            replica.baseRecorded();
            counts.basesWritten++;
            baseTrouble = "";
            nextBaseAt = updatesPerBase;
        } catch (CheckpointException | EJBException | IllegalStateException failure) {
            baseTrouble =
                    "the base was not recorded: " + drawConclusions(failure).describe();
            nextBaseAt = replica.updatesSinceBase() + 1 + updatesPerBase / 10;
            LOG.log(Level.WARNING, baseTrouble, failure);
        }
    }

    /** Replaces the state by what the region holds. */
    private void readAnew() throws DeskException {
        try {
            replica = Replica.of(journal.recover());
            stateUncertain = false;
            counts.resets++;
            nextBaseAt = updatesPerBase;
        } catch (CheckpointException | EJBException failure) {
            trouble = "the state could not be read anew: "
                    + JournalFailure.of(failure).describe();
            throw new DeskException(Reason.UNAVAILABLE, "server " + server + ": " + trouble, failure);
        } catch (MalformedPayloadException | IllegalStateException damage) {
            trouble = "the state could not be read anew: " + damage.getMessage();
            throw new DeskException(Reason.BROKEN, "server " + server + ": " + trouble, damage);
        }
    }

    /**
     * Applies a set that the region delivered. Delivery may be repeated.
     *
     * @throws IllegalStateException if the set cannot be applied: it must be delivered again, not skipped
     */
    void delivered(Checkpoint set) {
        if (role == Role.PRIMARY) {
            committedLate();
            return;
        }
        try {
            Replica.Effect effect = replica.apply(set);
            counts.received++;
            epoch = Math.max(epoch, set.epoch());
            if (effect == Replica.Effect.DIVERGED) {
                counts.divergences++;
                trouble = "the state followed here differed from the primary's at set " + set.sequence();
                LOG.severe(trouble);
            }
        } catch (MalformedPayloadException malformed) {
            trouble = set + " cannot be read: " + malformed.getMessage();
            throw new IllegalStateException(trouble, malformed);
        } catch (IllegalStateException gap) {
            trouble = gap.getMessage();
            throw gap;
        }
    }

    /**
     * A transaction of the former primary's that was in doubt when this server took over has committed. Its place is
     * somewhere among the sets recorded here since.
     */
    private void committedLate() {
        counts.received++;
        stateUncertain = true;
        try {
            readAnew();
        } catch (DeskException later) {
            LOG.log(Level.WARNING, "a late set waits for the next batch", later);
        }
    }

    /** All acknowledged sets have been delivered: from now on batches are taken. */
    void primary(PrimaryTerm newTerm) {
        term = newTerm;
        epoch = newTerm.epoch();
        role = Role.PRIMARY;
        nextBaseAt = updatesPerBase;
        trouble = "";
    }

    /** Another server has taken over. */
    void fenced() {
        role = Role.FENCED;
    }

    /** The state is delivered anew. */
    void reset() {
        replica = new Replica();
        role = Role.STANDBY;
        stateUncertain = false;
        counts.resets++;
    }

    DeskStatus status() {
        return new DeskStatus(
                server,
                role,
                epoch,
                term,
                replica.sequence(),
                replica.updatesSinceBase(),
                updatesPerBase,
                replica.state().batches(),
                replica.state().messages(),
                replica.state().restingOrders(),
                replica.state().clients().size(),
                List.copyOf(replica.state().books().keySet()),
                counts.toActivity(),
                trouble.isEmpty() ? baseTrouble : trouble);
    }

    /** One book; an empty one under a name that has none yet would hide a mistyped name. */
    Optional<BookView> view(String name, int levelCount) {
        OrderBook book = replica.state().books().get(name);
        return book == null
                ? Optional.empty()
                : Optional.of(new BookView(
                        status(),
                        name,
                        book.isHalted(),
                        book.lastTimeNanos(),
                        book.orderCount(),
                        book.counters(),
                        book.depth(levelCount),
                        Digest.of(name, book),
                        replica.digest()));
    }

    /** How far a client has come. */
    Optional<ClientProgress> progress(String clientId) {
        return replica.state().progress(clientId);
    }

    /** The same as {@link Activity}, while it grows. */
    private static final class Counts {
        private long accepted;
        private long duplicates;
        private long refused;
        private long received;
        private long basesWritten;
        private long resets;
        private long divergences;

        private Activity toActivity() {
            return new Activity(accepted, duplicates, refused, received, basesWritten, resets, divergences);
        }
    }
}
