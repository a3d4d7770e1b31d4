package org.pmuconnector.sample.book;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What a book has counted since it was empty.
 *
 * @param messages messages applied, by type; types without any are absent
 * @param executedSize shares executed, visible and hidden
 * @param unmatched messages about an order that the book does not hold, or submissions of one that it holds already: a
 *     file that starts in the middle of a day has many
 */
public record BookCounters(Map<MessageType, Long> messages, long executedSize, long unmatched) {

    /** Copies the map. */
    public BookCounters {
        EnumMap<MessageType, Long> copy = new EnumMap<>(MessageType.class);
        copy.putAll(messages);
        messages = Collections.unmodifiableMap(copy);
    }

    /** Nothing counted. */
    public static BookCounters none() {
        return new BookCounters(Map.of(), 0, 0);
    }

    /** Messages of all types. */
    public long total() {
        return messages.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Messages of one type. */
    public long of(MessageType type) {
        return messages.getOrDefault(type, 0L);
    }
}
