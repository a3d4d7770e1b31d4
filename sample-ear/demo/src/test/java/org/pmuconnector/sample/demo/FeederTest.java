package org.pmuconnector.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.pmuconnector.sample.state.DeskState;
import org.pmuconnector.sample.state.Digest;

@Timeout(60)
class FeederTest {

    private final DeskState shared = new DeskState();
    private final FeedPlan plan = FeedPlan.generated(2_000, 20, 5);
    private FakeDesk alpha;
    private FakeDesk beta;

    @BeforeEach
    void open() throws IOException {
        alpha = new FakeDesk("alpha", shared);
        beta = new FakeDesk("beta", shared);
    }

    @AfterEach
    void close() {
        alpha.close();
        beta.close();
    }

    @Test
    void feed_standbyFirst_findsThePrimary() throws Exception {
        beta.becomePrimary();
        try (Feeder feeder = feeder(Long.MAX_VALUE)) {
            await(feeder.start());
            assertThat(feeder.acknowledgedMessages()).isEqualTo(2_000);
        }
        assertThat(Digest.of(shared)).isEqualTo(plan.expectedDigest());
    }

    @Test
    void feed_primaryGoesSilentAndDies_repeatsAtTheOtherUnderTheSameIds() throws Exception {
        alpha.becomePrimary();
        alpha.loseAnswersAfter(30);
        try (Feeder feeder = feeder(1_000)) {
            CompletableFuture<Void> feeding = feeder.start();
            feeder.announceDeath("alpha");
            beta.becomePrimary();
            await(feeding);

            assertThat(feeder.acknowledgedMessages()).isEqualTo(2_000);
            assertThat(feeder.recognisedDuplicates()).isPositive();
            assertThat(feeder.failoverTime()).isPositive();
        }
        assertThat(shared.messages()).isEqualTo(2_000);
        assertThat(Digest.of(shared)).isEqualTo(plan.expectedDigest());
    }

    /** What the comparison at the end of the demonstration rests on: a server that repeats is found out. */
    @Test
    void feed_serverThatForgetsClients_endsInAnotherDigest() throws Exception {
        alpha.becomePrimary();
        alpha.loseAnswersAfter(30);
        beta.forgetClients();
        beta.becomePrimary();
        try (Feeder feeder = feeder(Long.MAX_VALUE)) {
            await(feeder.start());
        }
        assertThat(shared.messages()).isGreaterThan(2_000);
        assertThat(Digest.of(shared)).isNotEqualTo(plan.expectedDigest());
    }

    @Test
    void feed_holdReached_waitsForTheDeath() throws Exception {
        alpha.becomePrimary();
        try (Feeder feeder = feeder(1_000)) {
            CompletableFuture<Void> feeding = feeder.start();
            while (feeder.acknowledgedMessages() < 1_000) {
                Thread.onSpinWait();
            }
            assertThatThrownBy(() -> feeding.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            assertThat(feeder.acknowledgedMessages()).isBetween(1_000L, 1_100L);
            assertThatThrownBy(feeder::failoverTime).isInstanceOf(IllegalStateException.class);

            feeder.announceDeath("alpha");
            await(feeding);
        }
    }

    @Test
    void feed_noServerThere_doesNotHangWhenClosed() throws Exception {
        alpha.close();
        beta.close();
        CompletableFuture<Void> feeding;
        try (Feeder feeder = feeder(Long.MAX_VALUE)) {
            feeding = feeder.start();
        }
        assertThatThrownBy(() -> await(feeding)).isInstanceOf(ExecutionException.class);
    }

    private Feeder feeder(long holdAt) {
        List<URI> servers = List.of(alpha.uri(), beta.uri());
        return new Feeder(new DeskClient(), servers, plan, holdAt);
    }

    private static void await(CompletableFuture<Void> feeding) throws Exception {
        feeding.get(50, TimeUnit.SECONDS);
    }
}
