package org.pmuconnector.sample.web;

import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import java.util.List;
import org.pmuconnector.sample.book.BookCounters;
import org.pmuconnector.sample.book.Depth;
import org.pmuconnector.sample.book.MessageType;
import org.pmuconnector.sample.desk.Activity;
import org.pmuconnector.sample.desk.BookView;
import org.pmuconnector.sample.desk.DeskStatus;
import org.pmuconnector.sample.desk.Receipt;
import org.pmuconnector.sample.desk.UnitView;

/** The desk's views as JSON. Prices are dollars times 10,000, as in the message files. */
final class JsonViews {

    private JsonViews() {}

    static JsonObjectBuilder receipt(Receipt receipt) {
        return Json.createObjectBuilder()
                .add("accepted", receipt.messages())
                .add("duplicate", receipt.duplicate())
                .add("server", receipt.server())
                .add("epoch", receipt.epoch())
                .add("sequence", receipt.sequence());
    }

    static JsonObjectBuilder status(DeskStatus status, UnitView unit) {
        JsonArrayBuilder books = Json.createArrayBuilder();
        status.books().forEach(books::add);
        return Json.createObjectBuilder()
                .add("server", status.server())
                .add("role", status.role().name())
                .add("current", status.isCurrentPrimary())
                .add("epoch", status.epoch())
                .add("sequence", status.sequence())
                .add("unread", unit.unreadBehind(status.sequence()))
                .add("updatesSinceBase", status.updatesSinceBase())
                .add("updatesPerBase", status.updatesPerBase())
                .add("batches", status.batches())
                .add("messages", status.messages())
                .add("restingOrders", status.restingOrders())
                .add("clients", status.clients())
                .add("books", books)
                .add("unit", unit(unit))
                .add("activity", activity(status.activity()))
                .add("trouble", status.trouble());
    }

    private static JsonObjectBuilder unit(UnitView unit) {
        return Json.createObjectBuilder()
                .add("state", unit.state().name())
                .add("committedSequence", unit.committedSequence())
                .add("detail", unit.detail());
    }

    private static JsonObjectBuilder activity(Activity activity) {
        return Json.createObjectBuilder()
                .add("accepted", activity.accepted())
                .add("duplicates", activity.duplicates())
                .add("refused", activity.refused())
                .add("received", activity.received())
                .add("basesWritten", activity.basesWritten())
                .add("resets", activity.resets())
                .add("divergences", activity.divergences());
    }

    static JsonObjectBuilder book(BookView view) {
        return Json.createObjectBuilder()
                .add("book", view.name())
                .add("server", view.status().server())
                .add("role", view.status().role().name())
                .add("current", view.status().isCurrentPrimary())
                .add("epoch", view.status().epoch())
                .add("sequence", view.status().sequence())
                .add("halted", view.halted())
                .add("lastTimeNanos", view.lastTimeNanos())
                .add("restingOrders", view.restingOrders())
                .add("counters", counters(view.counters()))
                .add("bids", levels(view.depth().bids()))
                .add("asks", levels(view.depth().asks()))
                .add("digest", view.bookDigest())
                .add("deskMessages", view.status().messages())
                .add("deskDigest", view.deskDigest());
    }

    private static JsonObjectBuilder counters(BookCounters counters) {
        return Json.createObjectBuilder()
                .add("messages", counters.total())
                .add("submissions", counters.of(MessageType.SUBMISSION))
                .add("partialCancellations", counters.of(MessageType.PARTIAL_CANCELLATION))
                .add("deletions", counters.of(MessageType.DELETION))
                .add("visibleExecutions", counters.of(MessageType.VISIBLE_EXECUTION))
                .add("hiddenExecutions", counters.of(MessageType.HIDDEN_EXECUTION))
                .add("crossTrades", counters.of(MessageType.CROSS_TRADE))
                .add("tradingHalts", counters.of(MessageType.TRADING_HALT))
                .add("executedSize", counters.executedSize())
                .add("unmatched", counters.unmatched());
    }

    private static JsonArrayBuilder levels(List<Depth.Level> levels) {
        JsonArrayBuilder array = Json.createArrayBuilder();
        levels.forEach(level -> array.add(Json.createObjectBuilder()
                .add("price", level.price())
                .add("size", level.totalSize())
                .add("orders", level.orderCount())));
        return array;
    }
}
