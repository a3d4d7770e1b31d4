package org.pmuconnector.sample.state;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.pmuconnector.sample.book.BookCounters;
import org.pmuconnector.sample.book.MessageType;
import org.pmuconnector.sample.book.OrderBook;
import org.pmuconnector.sample.book.RestingOrder;
import org.pmuconnector.sample.book.Side;

/** The encoding of the whole state as a base of the region. Stateless. */
public final class StateCodec {

    /** The version that {@link #encode} writes; {@link #decode} reads it and all before it. */
    public static final int VERSION = 1;

    private StateCodec() {}

    /** A state as bytes of version {@link #VERSION}. */
    public static byte[] encode(DeskState state) {
        ByteWriter out = new ByteWriter();
        out.unsigned(state.batches());
        out.unsigned(state.messages());
        out.unsigned(state.books().size());
        state.books().forEach((name, book) -> {
            out.name(name);
            encode(book, out);
        });
        out.unsigned(state.clients().size());
        state.clients().forEach((clientId, progress) -> {
            out.name(clientId);
            out.unsigned(progress.lastBatchId());
            out.unsigned(progress.batches());
            out.unsigned(progress.messages());
            out.signed(progress.lastChecksum());
        });
        return out.toByteArray();
    }

    private static void encode(OrderBook book, ByteWriter out) {
        BookCounters counters = book.counters();
        out.unsigned(counters.messages().size());
        counters.messages().forEach((type, count) -> {
            out.unsigned(type.code());
            out.unsigned(count);
        });
        out.unsigned(counters.executedSize());
        out.unsigned(counters.unmatched());
        out.unsigned(book.isHalted() ? 1 : 0);
        out.unsigned(book.lastTimeNanos());
        out.unsigned(book.orderCount());
        RestingOrder[] former = {new RestingOrder(0, Side.BUY, 0, 0, 0)};
        book.forEachOrder(order -> {
            out.unsigned(order.side() == Side.BUY ? 0 : 1);
            out.signed(order.orderId() - former[0].orderId());
            out.signed(order.price() - former[0].price());
            out.unsigned(order.size());
            out.signed(order.timeNanos() - former[0].timeNanos());
            former[0] = order;
        });
    }

    /**
     * The state that was encoded.
     *
     * @param version the version that it was stored under
     * @throws MalformedPayloadException if the version is newer than this release or the bytes are no state
     */
    public static DeskState decode(byte[] bytes, int version) throws MalformedPayloadException {
        PayloadVersions.require("a state", version, VERSION);
        ByteReader in = new ByteReader(bytes);
        long batches = in.unsigned();
        long messages = in.unsigned();
        Map<String, OrderBook> books = new TreeMap<>();
        for (int count = in.count("books"); count > 0; count--) {
            String name = name(in);
            if (books.put(name, decodeBook(in)) != null) {
                throw in.malformed("book " + name + " occurs twice");
            }
        }
        Map<String, ClientProgress> clients = new TreeMap<>();
        for (int count = in.count("clients"); count > 0; count--) {
            String clientId = name(in);
            ClientProgress progress =
                    new ClientProgress(in.unsigned(), in.unsigned(), in.unsigned(), (int) in.signed());
            if (clients.put(clientId, progress) != null) {
                throw in.malformed("client " + clientId + " occurs twice");
            }
        }
        in.end();
        return DeskState.restore(books, clients, batches, messages);
    }

    private static String name(ByteReader in) throws MalformedPayloadException {
        String name = in.name();
        if (!Batch.isName(name)) {
            throw in.malformed("a name has characters that no name has");
        }
        return name;
    }

    private static OrderBook decodeBook(ByteReader in) throws MalformedPayloadException {
        Map<MessageType, Long> counts = new EnumMap<>(MessageType.class);
        for (int count = in.count("message types"); count > 0; count--) {
            long code = in.unsigned();
            MessageType type =
                    MessageType.ofCode(code).orElseThrow(() -> in.malformed("there is no message type " + code));
            counts.put(type, in.unsigned());
        }
        BookCounters counters = new BookCounters(counts, in.unsigned(), in.unsigned());
        OrderBook book = OrderBook.restore(counters, in.unsignedUpTo(1, "a flag") == 1, in.unsigned());
        long orderId = 0;
        long price = 0;
        long time = 0;
        for (int count = in.count("orders"); count > 0; count--) {
            Side side = in.unsignedUpTo(1, "a side") == 0 ? Side.BUY : Side.SELL;
            orderId += in.signed();
            price += in.signed();
            int size = (int) in.unsignedUpTo(Integer.MAX_VALUE, "a size");
            time += in.signed();
            if (orderId < 1 || price < 1 || size < 1 || time < 0) {
                throw in.malformed("an order has a number out of its range");
            }
            if (!book.restoreOrder(new RestingOrder(orderId, side, price, size, time))) {
                throw in.malformed("order " + orderId + " occurs twice");
            }
        }
        return book;
    }
}
