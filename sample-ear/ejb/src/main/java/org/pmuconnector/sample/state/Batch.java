package org.pmuconnector.sample.state;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.pmuconnector.sample.book.LobsterFormat;
import org.pmuconnector.sample.book.Message;

/**
 * Messages that are recorded together or not at all. A batch is checked when it is made.
 *
 * @param clientId who sent it, {@link #NAME_PATTERN}; empty if the sender wants no protection against repetition
 * @param batchId the sender's number for it, 1 or more, higher with each batch; 0 without a client id
 * @param book the name of the book that the messages are for, {@link #NAME_PATTERN}
 * @param messages 1 to {@link #MAX_MESSAGES} messages in order
 */
public record Batch(String clientId, long batchId, String book, List<Message> messages) {

    /** What names of clients and books may look like. */
    public static final String NAME_PATTERN = "[A-Za-z0-9._-]{1,64}";

    /** The most messages in one batch. */
    public static final int MAX_MESSAGES = 1_000;

    private static final Pattern NAME = Pattern.compile(NAME_PATTERN);

    /** @throws IllegalArgumentException naming what is out of range, and the range */
    public Batch {
        messages = List.copyOf(messages);
        if (!clientId.isEmpty()) {
            requireName("client id", clientId);
            require(batchId >= 1, "batch id must be 1 or more, found " + batchId);
        } else {
            require(batchId == 0, "a batch id needs a client id");
        }
        requireName("book", book);
        require(
                !messages.isEmpty() && messages.size() <= MAX_MESSAGES,
                "a batch must have 1 to " + MAX_MESSAGES + " messages, found " + messages.size());
    }

    /** A batch that is recorded as often as it is sent. */
    public static Batch anonymous(String book, List<Message> messages) {
        return new Batch("", 0, book, messages);
    }

    /** Whether the sender can repeat it without it being recorded twice. */
    public boolean isRepeatable() {
        return !clientId.isEmpty();
    }

    /** Tells apart two different batches that came under one id; the same on every server and release. */
    public int checksum() {
        CRC32C crc = new CRC32C();
        crc.update(book.getBytes(StandardCharsets.US_ASCII));
        for (Message message : messages) {
            crc.update('\n');
            crc.update(LobsterFormat.format(message).getBytes(StandardCharsets.US_ASCII));
        }
        return (int) crc.getValue();
    }

    /** Whether a text can name a client or a book. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    private static void requireName(String what, String name) {
        require(isName(name), what + " must be 1 to 64 letters, digits, dots, underscores or hyphens");
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
