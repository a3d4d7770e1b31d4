package org.pmuconnector.sample.book;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The order book as simple as can be: one list in order of arrival, searched and sorted anew for every question. */
final class NaiveBook {

    private final List<RestingOrder> arrivals = new ArrayList<>();
    private long executedSize;
    private long unmatched;

    void apply(Message message) {
        int index = indexOf(message.orderId());
        switch (message.type()) {
            case SUBMISSION -> {
                if (index >= 0) {
                    unmatched++;
                } else {
                    arrivals.add(new RestingOrder(
                            message.orderId(), message.side(), message.price(), message.size(), message.timeNanos()));
                }
            }
            case DELETION -> replace(index, 0);
            case PARTIAL_CANCELLATION ->
                replace(index, index < 0 ? 0 : arrivals.get(index).size() - message.size());
            case VISIBLE_EXECUTION -> {
                executedSize += message.size();
                replace(index, index < 0 ? 0 : arrivals.get(index).size() - message.size());
            }
            case HIDDEN_EXECUTION -> executedSize += message.size();
            case CROSS_TRADE, TRADING_HALT -> {
                // Neither concerns an order that the book shows.
            }
        }
    }

    private void replace(int index, int newSize) {
        if (index < 0) {
            unmatched++;
        } else if (newSize <= 0) {
            arrivals.remove(index);
        } else {
            arrivals.set(index, arrivals.get(index).withSize(newSize));
        }
    }

    private int indexOf(long orderId) {
        for (int index = 0; index < arrivals.size(); index++) {
            if (arrivals.get(index).orderId() == orderId) {
                return index;
            }
        }
        return -1;
    }

    List<RestingOrder> inPriority() {
        List<RestingOrder> sorted = new ArrayList<>();
        arrivals.stream()
                .filter(order -> order.side() == Side.BUY)
                .sorted(Comparator.comparing(RestingOrder::price).reversed())
                .forEach(sorted::add);
        arrivals.stream()
                .filter(order -> order.side() == Side.SELL)
                .sorted(Comparator.comparing(RestingOrder::price))
                .forEach(sorted::add);
        return sorted;
    }

    long executedSize() {
        return executedSize;
    }

    long unmatched() {
        return unmatched;
    }
}
