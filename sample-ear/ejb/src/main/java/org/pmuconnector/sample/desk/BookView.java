package org.pmuconnector.sample.desk;

import org.pmuconnector.sample.book.BookCounters;
import org.pmuconnector.sample.book.Depth;

/**
 * One book at one moment.
 *
 * @param status the desk at the same moment
 * @param name the book's name
 * @param halted whether trading is halted
 * @param lastTimeNanos the last message's time, in nanoseconds after midnight
 * @param restingOrders orders resting in it
 * @param counters what it counted
 * @param depth its best prices
 * @param bookDigest the book's digest
 * @param deskDigest the digest of the whole state
 */
public record BookView(
        DeskStatus status,
        String name,
        boolean halted,
        long lastTimeNanos,
        int restingOrders,
        BookCounters counters,
        Depth depth,
        String bookDigest,
        String deskDigest) {}
