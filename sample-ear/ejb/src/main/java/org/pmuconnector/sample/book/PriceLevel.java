package org.pmuconnector.sample.book;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** The orders at one price, first come first. Guarded by its book. */
final class PriceLevel {

    /** In order of arrival; replacing a value keeps the place, which is what a partial cancellation asks for. */
    private final Map<Long, RestingOrder> queue = new LinkedHashMap<>();

    private long totalSize;

    void put(RestingOrder order) {
        RestingOrder former = queue.put(order.orderId(), order);
        totalSize += order.size() - (former == null ? 0L : former.size());
    }

    void remove(RestingOrder order) {
        RestingOrder former = queue.remove(order.orderId());
        totalSize -= former == null ? 0L : former.size();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    long totalSize() {
        return totalSize;
    }

    int orderCount() {
        return queue.size();
    }

    Collection<RestingOrder> orders() {
        return queue.values();
    }
}
