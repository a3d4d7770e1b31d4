package org.pmuconnector.sample.state;

import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.book.MessageType;

/**
 * The encoding of a batch as an update of the region. Times, order ids and prices are differences to the message
 * before: a typical message takes 11 bytes. Stateless.
 */
public final class BatchCodec {

    /** The version that {@link #encode} writes; {@link #decode} reads it and all before it. */
    public static final int VERSION = 1;

    private BatchCodec() {}

    /** A batch as bytes of version {@link #VERSION}. */
    public static byte[] encode(Batch batch) {
        ByteWriter out = new ByteWriter();
        out.name(batch.clientId());
        out.unsigned(batch.batchId());
        out.name(batch.book());
        out.unsigned(batch.messages().size());
        long time = 0;
        long orderId = 0;
        long price = 0;
        for (Message message : batch.messages()) {
            out.unsigned(message.type().code() * 3L + (message.direction() + 1));
            out.signed(message.timeNanos() - time);
            out.signed(message.orderId() - orderId);
            out.unsigned(message.size());
            out.signed(message.price() - price);
            time = message.timeNanos();
            orderId = message.orderId();
            price = message.price();
        }
        return out.toByteArray();
    }

    /**
     * The batch that was encoded.
     *
     * @param version the version that it was stored under
     * @throws MalformedPayloadException if the version is newer than this release or the bytes are no batch
     */
    public static Batch decode(byte[] bytes, int version) throws MalformedPayloadException {
        PayloadVersions.require("a batch", version, VERSION);
        ByteReader in = new ByteReader(bytes);
        String clientId = in.name();
        long batchId = in.unsigned();
        String book = in.name();
        int count = in.count("messages");
        List<Message> messages = new ArrayList<>(count);
        long time = 0;
        long orderId = 0;
        long price = 0;
        for (int index = 0; index < count; index++) {
            long typeAndDirection = in.unsigned();
            time += in.signed();
            orderId += in.signed();
            int size = (int) in.unsignedUpTo(Integer.MAX_VALUE, "a size");
            price += in.signed();
            messages.add(message(in, typeAndDirection, time, orderId, size, price));
        }
        in.end();
        try {
            return new Batch(clientId, batchId, book, messages);
        } catch (IllegalArgumentException outOfRange) {
            throw in.malformed(outOfRange.getMessage());
        }
    }

    private static Message message(ByteReader in, long typeAndDirection, long time, long orderId, int size, long price)
            throws MalformedPayloadException {
        MessageType type = MessageType.ofCode(typeAndDirection / 3)
                .orElseThrow(() -> in.malformed("there is no message type " + typeAndDirection / 3));
        try {
            return new Message(time, type, orderId, size, price, (int) (typeAndDirection % 3) - 1);
        } catch (IllegalArgumentException outOfRange) {
            throw in.malformed(outOfRange.getMessage());
        }
    }
}
