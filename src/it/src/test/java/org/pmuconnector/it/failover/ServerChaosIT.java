package org.pmuconnector.it.failover;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * The sample on two Payara Micros, with each order in the region and in a database by one transaction. All that can happen
 * to them happens while clients go on sending orders; each time, the books of both servers, the database and the
 * acknowledged orders have to agree afterwards. {@code -Dserverchaos.faults=N -Dserverchaos.seed=S} choose how many, and
 * repeat them.
 */
class ServerChaosIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ORDERS_BEFORE_A_FAULT = 20;
    private static final int PATIENT_CLIENTS = 3;

    private final long seed = seed();
    private final Random random = new Random(seed);
    private long acknowledgedBefore;

    private static long seed() {
        String configured = System.getProperty("serverchaos.seed", "").strip();
        return configured.isEmpty() ? System.nanoTime() & 0xFFFF_FFFFL : Long.parseLong(configured);
    }

    @Test
    void servers_whateverHappens_agreeWithTheDatabaseAndTheirClients() throws Exception {
        List<ServerFault> faults = draw(Integer.parseInt(System.getProperty("serverchaos.faults")));
        say(faults.size() + " faults, seed " + seed + " (repeat with -Dserverchaos.seed=" + seed + ")");
        ProcessGroup group =
                ProcessGroup.create(Files.createDirectories(Path.of(System.getProperty("it.workDirectory"))));
        group.keepFiles();
        try (group) {
            carryOut(faults, group);
            group.deleteFiles();
        }
    }

    private void carryOut(List<ServerFault> faults, ProcessGroup group) throws Exception {
        say("logs are kept in " + group.directory() + " if it fails");
        try (ServerPair pair = ServerPair.start(group);
                OrderStream orders = new OrderStream(
                        pair.servers().stream().map(DeskServer::uri).toList(), clients())) {
            orders.start();
            for (int number = 0; number < faults.size(); number++) {
                carryOut(faults.get(number), number + 1 + "/" + faults.size(), pair, orders);
            }
            say("RESULT faults=" + faults.size() + " acknowledged=" + orders.acknowledgedBatches()
                    + " lost=0 duplicated=0");
        }
    }

    /** All kinds before any comes again. */
    private List<ServerFault> draw(int count) {
        List<ServerFault> drawn = new ArrayList<>();
        while (drawn.size() < count) {
            List<ServerFault> deck = new ArrayList<>(ServerFault.all());
            Collections.shuffle(deck, random);
            drawn.addAll(deck.subList(0, Math.min(deck.size(), count - drawn.size())));
        }
        return drawn;
    }

    private List<OrderClient> clients() {
        List<OrderClient> clients = new ArrayList<>();
        for (int number = 1; number <= PATIENT_CLIENTS; number++) {
            clients.add(new OrderClient("patient-" + number, true, random.nextLong()));
        }
        clients.add(new OrderClient("impatient", false, random.nextLong()));
        return clients;
    }

    private void carryOut(ServerFault fault, String number, ServerPair pair, OrderStream orders) throws Exception {
        orders.goOn();
        orders.awaitMore(ORDERS_BEFORE_A_FAULT, PATIENCE);
        String before = pair.primary().name() + " " + pair.epoch();
        say(number + " " + fault.text() + ": begins");
        long begin = System.nanoTime();
        fault.happen(pair, orders, random);
        pair.restartDead();
        pair.awaitWhole();
        orders.awaitMore(ORDERS_BEFORE_A_FAULT, PATIENCE);
        orders.hold(PATIENCE);
        Agreement.Finding found = new Agreement(pair, orders.clients()).check();
        long all = orders.acknowledgedBatches();
        say(String.format(
                "%s %s: primary %s, then %s %d; no order accepted for %d ms at most; whole after %d ms;"
                        + " %d batches acknowledged, %d in books and database, %d of them unacknowledged, %d recognised as"
                        + " repeated",
                number,
                fault.text(),
                before,
                pair.primary().name(),
                pair.epoch(),
                orders.longestGap().toMillis(),
                Duration.ofNanos(System.nanoTime() - begin).toMillis(),
                all - acknowledgedBefore,
                found.batches(),
                found.unacknowledged(),
                orders.recognisedBatches()));
        acknowledgedBefore = all;
        assertThat(found.batches()).isEqualTo((int) (all + found.unacknowledged()));
    }

    private static void say(String line) {
        System.out.println("server-chaos: " + line);
    }
}
