package org.pmuconnector.sample.state;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.pmuconnector.sample.book.MessageType;
import org.pmuconnector.sample.book.OrderBook;

/**
 * Tells whether two states are equal by 64 hexadecimal digits: the SHA-256 of the state written out as lines of text.
 * Every resting order is in it with its place in the queue, every counter and every client's progress; how and by which
 * release the state was stored is not. Not safe for use by several threads.
 */
public final class Digest {

    private final MessageDigest sha256;

    private Digest() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** The digest of all that the desk holds. */
    public static String of(DeskState state) {
        Digest digest = new Digest();
        digest.line("desk " + state.batches() + ' ' + state.messages());
        state.books().forEach(digest::book);
        state.clients()
                .forEach((clientId, progress) -> digest.line("client " + clientId + ' ' + progress.lastBatchId() + ' '
                        + progress.batches() + ' ' + progress.messages() + ' ' + progress.lastChecksum()));
        return digest.hex();
    }

    /** The digest of one book alone. */
    public static String of(String name, OrderBook book) {
        Digest digest = new Digest();
        digest.book(name, book);
        return digest.hex();
    }

    private void book(String name, OrderBook book) {
        line("book " + name + ' ' + (book.isHalted() ? "halted" : "open") + ' ' + book.lastTimeNanos() + ' '
                + book.counters().executedSize() + ' ' + book.counters().unmatched());
        for (MessageType type : MessageType.values()) {
            line("count " + type.code() + ' ' + book.counters().of(type));
        }
        book.forEachOrder(order -> line("order " + order.side().direction() + ' ' + order.price() + ' '
                + order.orderId() + ' ' + order.size() + ' ' + order.timeNanos()));
    }

    private void line(String text) {
        sha256.update(text.getBytes(StandardCharsets.US_ASCII));
        sha256.update((byte) '\n');
    }

    private String hex() {
        return HexFormat.of().formatHex(sha256.digest());
    }
}
