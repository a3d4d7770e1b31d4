package org.pmuconnector.sample.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.book.MessageType;
import org.pmuconnector.sample.generator.OrderFlow;

class DeskStateTest {

    private final DeskState state = new DeskState();
    private final OrderFlow flow = new OrderFlow(11);

    @Test
    void judge_batchesOfOneClient_knowsWhatWasRecorded() {
        Batch second = batch("feeder", 2);
        assertThat(state.judge(second)).isEqualTo(Verdict.NEW);
        state.apply(second);

        assertThat(state.judge(second)).isEqualTo(Verdict.DUPLICATE);
        assertThat(state.judge(batch("feeder", 1))).isEqualTo(Verdict.DUPLICATE);
        assertThat(state.judge(batch("feeder", 2))).isEqualTo(Verdict.ID_REUSED);
        assertThat(state.judge(batch("feeder", 3))).isEqualTo(Verdict.NEW);
        assertThat(state.judge(batch("other", 2))).isEqualTo(Verdict.NEW);
    }

    @Test
    void judge_anonymousBatch_isAlwaysNew() {
        Batch batch = Batch.anonymous("AAPL", flow.take(1));
        state.apply(batch);
        assertThat(state.judge(batch)).isEqualTo(Verdict.NEW);
        assertThat(state.clients()).isEmpty();
    }

    @Test
    void judge_oneClientTooMany_isRefusedAndTheOthersAreNot() {
        List<Message> one = flow.take(1);
        for (int client = 0; client < DeskState.MAX_CLIENTS; client++) {
            state.apply(new Batch("client-" + client, 1, "AAPL", one));
        }
        assertThat(state.judge(new Batch("one-more", 1, "AAPL", one))).isEqualTo(Verdict.TOO_MANY_CLIENTS);
        assertThat(state.judge(new Batch("client-0", 2, "AAPL", one))).isEqualTo(Verdict.NEW);
    }

    @Test
    void judge_oneBookTooMany_isRefusedAndTheOthersAreNot() {
        List<Message> one = flow.take(1);
        for (int book = 0; book < DeskState.MAX_BOOKS; book++) {
            state.apply(Batch.anonymous("book-" + book, one));
        }
        assertThat(state.judge(Batch.anonymous("one-more", one))).isEqualTo(Verdict.TOO_MANY_BOOKS);
        assertThat(state.judge(Batch.anonymous("book-0", one))).isEqualTo(Verdict.NEW);
    }

    @Test
    void apply_counters_addUp() {
        state.apply(batch("feeder", 5));
        state.apply(batch("feeder", 9));

        assertThat(state.batches()).isEqualTo(2);
        assertThat(state.messages()).isEqualTo(20);
        ClientProgress progress = state.progress("feeder").orElseThrow();
        assertThat(progress.lastBatchId()).isEqualTo(9);
        assertThat(progress.batches()).isEqualTo(2);
        assertThat(progress.messages()).isEqualTo(20);
    }

    @Test
    void apply_batchThatCommitsLate_doesNotMoveItsClientBack() {
        Batch newest = batch("feeder", 9);
        state.apply(newest);
        state.apply(batch("feeder", 5));

        assertThat(state.judge(newest)).isEqualTo(Verdict.DUPLICATE);
        ClientProgress progress = state.progress("feeder").orElseThrow();
        assertThat(progress.lastBatchId()).isEqualTo(9);
        assertThat(progress.batches()).isEqualTo(2);
        assertThat(progress.messages()).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "ä", "\n"})
    void batch_badBookName_isRefused(String book) {
        List<Message> one = flow.take(1);
        assertThatThrownBy(() -> Batch.anonymous(book, one))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("book must be");
    }

    @Test
    void batch_outOfRange_isRefused() {
        List<Message> one = flow.take(1);
        List<Message> tooMany = Collections.nCopies(Batch.MAX_MESSAGES + 1, one.get(0));
        assertThatThrownBy(() -> new Batch("c", 0, "b", one)).hasMessageContaining("batch id must be 1 or more");
        assertThatThrownBy(() -> new Batch("", 1, "b", one)).hasMessageContaining("needs a client id");
        assertThatThrownBy(() -> new Batch("c", 1, "b", List.of())).hasMessageContaining("1 to 1000 messages");
        assertThatThrownBy(() -> new Batch("c", 1, "b", tooMany)).hasMessageContaining("found 1001");
        assertThatThrownBy(() -> new Batch("c".repeat(65), 1, "b", one)).hasMessageContaining("client id must be");
    }

    @Test
    void digest_sameBatches_isTheSame() {
        DeskState other = new DeskState();
        for (int batchId = 1; batchId <= 10; batchId++) {
            Batch batch = batch("feeder", batchId);
            state.apply(batch);
            other.apply(batch);
        }
        assertThat(Digest.of(state)).hasSize(64).isEqualTo(Digest.of(other));
    }

    @Test
    void digest_anyDifference_shows() {
        Message bid = new Message(1, MessageType.SUBMISSION, 1, 10, 100, 1);
        Message behind = new Message(1, MessageType.SUBMISSION, 2, 10, 100, 1);
        List<String> digests = new ArrayList<>();
        digests.add(digestAfter(new Batch("c", 1, "b", List.of(bid, behind))));
        digests.add(digestAfter(new Batch("c", 1, "b", List.of(behind, bid))));
        digests.add(digestAfter(new Batch("c", 2, "b", List.of(bid, behind))));
        digests.add(digestAfter(new Batch("d", 1, "b", List.of(bid, behind))));
        digests.add(digestAfter(new Batch("c", 1, "a", List.of(bid, behind))));
        digests.add(digestAfter(new Batch("c", 1, "b", List.of(bid, behind, behind))));
        digests.add(digestAfter(Batch.anonymous("b", List.of(bid, behind))));
        assertThat(digests).doesNotHaveDuplicates();
    }

    private static String digestAfter(Batch batch) {
        DeskState state = new DeskState();
        state.apply(batch);
        return Digest.of(state);
    }

    private Batch batch(String clientId, long batchId) {
        return new Batch(clientId, batchId, "AAPL", flow.take(10));
    }
}
