package org.pmuconnector.it.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.pmuconnector.sample.book.MalformedMessageException;
import org.pmuconnector.sample.state.Batch;
import org.pmuconnector.sample.state.DeskState;
import org.pmuconnector.sample.state.Digest;

/**
 * Whether all who have the orders have the same: both servers' books, the database, and the clients with their
 * acknowledgements. To be asked while no client has anything under way.
 */
final class Agreement {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final ServerPair pair;
    private final List<OrderClient> clients;

    Agreement(ServerPair pair, List<OrderClient> clients) {
        this.pair = pair;
        this.clients = List.copyOf(clients);
    }

    /**
     * What was found.
     *
     * @param batches in the database and in both servers' books
     * @param unacknowledged how many of these no client was told of
     */
    record Finding(int batches, long unacknowledged) {}

    /** Waits until nothing is in doubt and the standby has everything; then they have to agree. */
    Finding check() throws IOException, InterruptedException, SQLException, MalformedMessageException {
        Eventually.holds(() -> pair.inDoubt().isEmpty(), PATIENCE, "the region's branches to be settled");
        Eventually.holds(() -> pair.database().inDoubt().isEmpty(), PATIENCE, "the database's branches to be settled");
        List<Batch> batches = pair.database().batches();
        String expected = digestOf(batches);
        String book = batches.get(0).book();
        for (DeskServer server : pair.servers()) {
            Eventually.holds(
                    () -> server.digest(book).equals(Optional.of(expected)),
                    PATIENCE,
                    "the books of " + server.name() + " to agree with the database");
        }
        return new Finding(batches.size(), compareWithClients(batches));
    }

    private static String digestOf(List<Batch> batches) {
        DeskState state = new DeskState();
        batches.forEach(state::apply);
        return Digest.of(state);
    }

    private long compareWithClients(List<Batch> batches) {
        Map<String, Set<Long>> recorded = new HashMap<>();
        for (Batch batch : batches) {
            boolean isNew = recorded.computeIfAbsent(batch.clientId(), name -> new TreeSet<>())
                    .add(batch.batchId());
            assertThat(isNew)
                    .as("once: %s %d", batch.clientId(), batch.batchId())
                    .isTrue();
        }
        long unacknowledged = 0;
        for (OrderClient client : clients) {
            Set<Long> ofClient = recorded.getOrDefault(client.name(), Set.of());
            assertThat(client.missingIn(ofClient))
                    .as("acknowledged to client %s and lost", client.name())
                    .isEmpty();
            long unknown = client.unacknowledgedIn(ofClient);
            if (client.isPatient()) {
                assertThat(unknown)
                        .as("recorded for client %s behind its back", client.name())
                        .isZero();
            }
            unacknowledged += unknown;
        }
        return unacknowledged;
    }
}
