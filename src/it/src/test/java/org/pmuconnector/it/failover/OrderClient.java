package org.pmuconnector.it.failover;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.book.MessageType;
import org.pmuconnector.sample.generator.OrderFlow;
import org.pmuconnector.sample.state.Batch;

/**
 * One client: its orders, and what it knows of them. It writes into a book of its own. A patient one sends a batch until it
 * is acknowledged; an impatient one gives some up that it has got no answer to, and never learns what became of them.
 *
 * <p>What is given up may be recorded late, after the client's later batches: an impatient client's orders are such that
 * their order makes no difference to the book.
 */
final class OrderClient {

    private static final int MESSAGES = 5;
    private static final long PRICE_TICK = 100;

    private final String name;
    private final boolean patient;
    private final OrderFlow flow;
    private final Random random;
    private final Set<Long> acknowledged = new HashSet<>();
    private long sent;

    OrderClient(String name, boolean patient, long seed) {
        this.name = name;
        this.patient = patient;
        this.flow = new OrderFlow(seed);
        this.random = new Random(seed);
    }

    String name() {
        return name;
    }

    synchronized Batch next() {
        sent++;
        return new Batch(name, sent, "BOOK-" + name, patient ? flow.take(MESSAGES) : independent());
    }

    private List<Message> independent() {
        List<Message> messages = new ArrayList<>();
        for (int index = 0; index < MESSAGES; index++) {
            long number = sent * MESSAGES + index;
            messages.add(new Message(0, MessageType.SUBMISSION, number, 1, number * PRICE_TICK, 1));
        }
        return messages;
    }

    /** Whether the client sends no more of a batch that it has had no answer to. */
    synchronized boolean givesUp() {
        return !patient && random.nextBoolean();
    }

    synchronized void acknowledged(Batch batch) {
        acknowledged.add(batch.batchId());
    }

    /** How many of its batches were acknowledged. */
    synchronized int acknowledgedCount() {
        return acknowledged.size();
    }

    /** The acknowledged ones that are not among these. */
    synchronized Set<Long> missingIn(Set<Long> recorded) {
        Set<Long> missing = new HashSet<>(acknowledged);
        missing.removeAll(recorded);
        return missing;
    }

    /** How many of these were never acknowledged; none of a patient client, once it is at rest. */
    synchronized long unacknowledgedIn(Set<Long> recorded) {
        return recorded.stream().filter(id -> !acknowledged.contains(id)).count();
    }

    boolean isPatient() {
        return patient;
    }
}
