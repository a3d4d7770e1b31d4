package org.pmuconnector.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.sample.book.LobsterFormat;
import org.pmuconnector.sample.book.MalformedMessageException;
import org.pmuconnector.sample.book.Message;
import org.pmuconnector.sample.generator.OrderFlow;
import org.pmuconnector.sample.state.Batch;
import org.pmuconnector.sample.state.DeskState;
import org.pmuconnector.sample.state.Digest;

class FeedPlanTest {

    /** The file that the project ships. */
    private static final Path SHIPPED = Path.of("..", "orders", "SAMPLE_message.csv");

    @TempDir
    private Path directory;

    @Test
    void generated_orders_areSharedByClientsWithBooksOfTheirOwn() {
        FeedPlan plan = FeedPlan.generated(1_003, 50, 7);

        assertThat(plan.messageCount()).isEqualTo(1_003);
        assertThat(plan.clients()).hasSize(4);
        assertThat(plan.clients().stream().map(batches -> batches.get(0).book()))
                .doesNotHaveDuplicates();
        for (List<Batch> batches : plan.clients()) {
            for (int index = 0; index < batches.size(); index++) {
                assertThat(batches.get(index).batchId()).isEqualTo(index + 1L);
                assertThat(batches.get(index).clientId())
                        .isEqualTo(batches.get(0).clientId());
            }
        }
        assertThat(FeedPlan.generated(1_003, 50, 7)).isEqualTo(plan);
        assertThat(FeedPlan.generated(1_003, 50, 8)).isNotEqualTo(plan);
    }

    @Test
    void expectedDigest_clientsInAnyOrder_isTheSame() {
        FeedPlan plan = FeedPlan.generated(1_000, 50, 7);
        DeskState interleaved = new DeskState();
        for (int index = 0; index < plan.clients().get(0).size(); index++) {
            for (int client = plan.clients().size() - 1; client >= 0; client--) {
                interleaved.apply(plan.clients().get(client).get(index));
            }
        }
        assertThat(Digest.of(interleaved)).isEqualTo(plan.expectedDigest());
    }

    @Test
    void ofFile_messageFile_isOneClientAndOneBookNamedLikeTheInstrument() throws Exception {
        List<Message> messages = new OrderFlow(3).take(105);
        Path file = write("AAPL_2012-06-21_34200000_57600000_message_10.csv", messages);

        FeedPlan plan = FeedPlan.ofFile(file, 50);
        assertThat(plan.clients()).hasSize(1);
        assertThat(plan.clients().get(0))
                .hasSize(21)
                .allMatch(batch -> batch.book().equals("AAPL"));
        assertThat(plan.clients().get(0).stream().flatMap(batch -> batch.messages().stream()))
                .isEqualTo(messages);
    }

    @Test
    void ofFile_malformedLine_namesIt() throws IOException {
        Path file = directory.resolve("broken.csv");
        Files.writeString(file, "34200.1,1,1,1,1,1\n34200.1,1,1,one,1,1\n");
        assertThatThrownBy(() -> FeedPlan.ofFile(file, 50))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageStartingWith("line 2: size must be an integer");
    }

    @Test
    void ofFile_tooFewMessages_saysHowManyAreNeeded() throws IOException {
        Path file = write("few.csv", new OrderFlow(3).take(5));
        assertThatThrownBy(() -> FeedPlan.ofFile(file, 50)).hasMessageContaining("at least 20 are needed");
    }

    @Test
    void shippedFile_read_isWhatTheGeneratorPrints() throws Exception {
        FeedPlan plan = FeedPlan.ofFile(SHIPPED, 50);
        assertThat(plan.clients().get(0).stream()
                        .flatMap(batch -> batch.messages().stream())
                        .toList())
                .isEqualTo(new OrderFlow(1).take(2_000));
    }

    private Path write(String name, List<Message> messages) throws IOException {
        String lines = messages.stream().map(LobsterFormat::format).collect(Collectors.joining("\n", "", "\n"));
        return Files.writeString(directory.resolve(name), lines);
    }
}
