package org.pmuconnector.sample.state;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.pmuconnector.sample.book.MessageType;
import org.pmuconnector.sample.book.OrderBook;

/**
 * All that the order desk holds: its books by name and every client's progress. The same batches in the same order give
 * the same state on every server. Not safe for use by several threads.
 */
public final class DeskState {

    /** The most books. */
    public static final int MAX_BOOKS = 64;

    /**
     * The most clients. None is ever forgotten, because a batch that it repeats would then be recorded twice; so a new
     * one is refused instead.
     */
    public static final int MAX_CLIENTS = 10_000;

    /** The most orders resting in all books together. */
    public static final int MAX_RESTING_ORDERS = 1_000_000;

    private final SortedMap<String, OrderBook> books = new TreeMap<>();
    private final SortedMap<String, ClientProgress> clients = new TreeMap<>();
    private long batches;
    private long messages;

    /** Nothing recorded yet. */
    public DeskState() {}

    static DeskState restore(
            Map<String, OrderBook> books, Map<String, ClientProgress> clients, long batches, long messages) {
        DeskState state = new DeskState();
        state.books.putAll(books);
        state.clients.putAll(clients);
        state.batches = batches;
        state.messages = messages;
        return state;
    }

    /** What is to be done with a batch; changes nothing. */
    public Verdict judge(Batch batch) {
        if (batch.isRepeatable()) {
            ClientProgress progress = clients.get(batch.clientId());
            if (progress == null) {
                if (clients.size() >= MAX_CLIENTS) {
                    return Verdict.TOO_MANY_CLIENTS;
                }
            } else if (batch.batchId() < progress.lastBatchId()) {
                return Verdict.DUPLICATE;
            } else if (batch.batchId() == progress.lastBatchId()) {
                return batch.checksum() == progress.lastChecksum() ? Verdict.DUPLICATE : Verdict.ID_REUSED;
            }
        }
        if (books.size() >= MAX_BOOKS && !books.containsKey(batch.book())) {
            return Verdict.TOO_MANY_BOOKS;
        }
        long submissions = batch.messages().stream()
                .filter(message -> message.type() == MessageType.SUBMISSION)
                .count();
        return restingOrders() + submissions > MAX_RESTING_ORDERS ? Verdict.TOO_MANY_ORDERS : Verdict.NEW;
    }

    /** Applies a batch that has been recorded, whatever {@link #judge} would say of it. */
    public void apply(Batch batch) {
        OrderBook book = books.computeIfAbsent(batch.book(), name -> new OrderBook());
        batch.messages().forEach(book::apply);
        if (batch.isRepeatable()) {
            clients.put(batch.clientId(), ClientProgress.after(clients.get(batch.clientId()), batch));
        }
        batches++;
        messages += batch.messages().size();
    }

    /** The books by name, in the names' order; not to be changed. */
    public SortedMap<String, OrderBook> books() {
        return Collections.unmodifiableSortedMap(books);
    }

    /** The clients' progress by client id, in the ids' order; not to be changed. */
    public SortedMap<String, ClientProgress> clients() {
        return Collections.unmodifiableSortedMap(clients);
    }

    /** One client's progress. */
    public Optional<ClientProgress> progress(String clientId) {
        return Optional.ofNullable(clients.get(clientId));
    }

    /** Batches applied. */
    public long batches() {
        return batches;
    }

    /** Messages applied. */
    public long messages() {
        return messages;
    }

    /** Orders resting in all books. */
    public long restingOrders() {
        return books.values().stream().mapToLong(OrderBook::orderCount).sum();
    }
}
