package org.pmuconnector.sample.book;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A limit order book of one instrument in price-time priority, built from the exchange's messages. It records what the
 * exchange reports and matches nothing itself: executions arrive as messages of their own.
 *
 * <p>Applying a message never fails and depends on nothing but the book and the message, so that the same messages in
 * the same order give the same book on every server. Not safe for use by several threads.
 */
public final class OrderBook {

    private final Map<Long, RestingOrder> ordersById = new HashMap<>();
    private final NavigableMap<Long, PriceLevel> bids = new TreeMap<>(Comparator.reverseOrder());
    private final NavigableMap<Long, PriceLevel> asks = new TreeMap<>();
    private final Map<MessageType, Long> messageCounts = new EnumMap<>(MessageType.class);
    private long executedSize;
    private long unmatched;
    private boolean halted;
    private long lastTimeNanos;

    /** An empty book. */
    public OrderBook() {}

    /** A book as it was when these were taken from it. */
    public static OrderBook restore(BookCounters counters, boolean halted, long lastTimeNanos) {
        OrderBook book = new OrderBook();
        book.messageCounts.putAll(counters.messages());
        book.executedSize = counters.executedSize();
        book.unmatched = counters.unmatched();
        book.halted = halted;
        book.lastTimeNanos = lastTimeNanos;
        return book;
    }

    /**
     * Puts a resting order behind those of its price, as {@link #forEachOrder} gave them.
     *
     * @return whether it was new; false if the book holds an order of this id already, which then stays
     */
    public boolean restoreOrder(RestingOrder order) {
        if (ordersById.containsKey(order.orderId())) {
            return false;
        }
        put(order);
        return true;
    }

    /** Applies one message. */
    public void apply(Message message) {
        messageCounts.merge(message.type(), 1L, Long::sum);
        lastTimeNanos = message.timeNanos();
        switch (message.type()) {
            case SUBMISSION -> submit(message);
            case PARTIAL_CANCELLATION -> reduce(message, false);
            case DELETION -> delete(message);
            case VISIBLE_EXECUTION -> reduce(message, true);
            case HIDDEN_EXECUTION -> executedSize += message.size();
            case TRADING_HALT -> halted = message.price() < 1;
            case CROSS_TRADE -> {
                // Its executions came as messages of their own: counting the shares again would be wrong.
            }
        }
    }

    private void submit(Message message) {
        if (ordersById.containsKey(message.orderId())) {
            unmatched++;
            return;
        }
        put(new RestingOrder(message.orderId(), message.side(), message.price(), message.size(), message.timeNanos()));
    }

    private void delete(Message message) {
        RestingOrder order = ordersById.get(message.orderId());
        if (order == null) {
            unmatched++;
        } else {
            remove(order);
        }
    }

    private void reduce(Message message, boolean execution) {
        if (execution) {
            executedSize += message.size();
        }
        RestingOrder order = ordersById.get(message.orderId());
        if (order == null) {
            unmatched++;
        } else if (message.size() >= order.size()) {
            remove(order);
        } else {
            put(order.withSize(order.size() - message.size()));
        }
    }

    private void put(RestingOrder order) {
        ordersById.put(order.orderId(), order);
        side(order.side())
                .computeIfAbsent(order.price(), price -> new PriceLevel())
                .put(order);
    }

    private void remove(RestingOrder order) {
        ordersById.remove(order.orderId());
        NavigableMap<Long, PriceLevel> levels = side(order.side());
        PriceLevel level = levels.get(order.price());
        level.remove(order);
        if (level.isEmpty()) {
            levels.remove(order.price());
        }
    }

    /** Every resting order in priority: buy side before sell side, best price first, first come first. */
    public void forEachOrder(Consumer<RestingOrder> action) {
        bids.values().forEach(level -> level.orders().forEach(action));
        asks.values().forEach(level -> level.orders().forEach(action));
    }

    /**
     * The best prices.
     *
     * @param levelCount how many of each side at most, 0 or more
     */
    public Depth depth(int levelCount) {
        return new Depth(best(bids, levelCount), best(asks, levelCount));
    }

    private static List<Depth.Level> best(NavigableMap<Long, PriceLevel> levels, int levelCount) {
        List<Depth.Level> best = new ArrayList<>();
        for (Map.Entry<Long, PriceLevel> entry : levels.entrySet()) {
            if (best.size() >= levelCount) {
                break;
            }
            PriceLevel level = entry.getValue();
            best.add(new Depth.Level(entry.getKey(), level.totalSize(), level.orderCount()));
        }
        return best;
    }

    /** The order first in line on a side: at its best price the one that came first. */
    public Optional<RestingOrder> first(Side side) {
        Map.Entry<Long, PriceLevel> best = side(side).firstEntry();
        return best == null
                ? Optional.empty()
                : Optional.of(best.getValue().orders().iterator().next());
    }

    /** The resting order of an id. */
    public Optional<RestingOrder> order(long orderId) {
        return Optional.ofNullable(ordersById.get(orderId));
    }

    /** What was counted since the book was empty. */
    public BookCounters counters() {
        return new BookCounters(messageCounts, executedSize, unmatched);
    }

    /** Orders resting now. */
    public int orderCount() {
        return ordersById.size();
    }

    /** Whether the last halt message stopped trading. */
    public boolean isHalted() {
        return halted;
    }

    /** The last message's time, in nanoseconds after midnight; 0 before the first. */
    public long lastTimeNanos() {
        return lastTimeNanos;
    }

    private NavigableMap<Long, PriceLevel> side(Side side) {
        return side == Side.BUY ? bids : asks;
    }
}
