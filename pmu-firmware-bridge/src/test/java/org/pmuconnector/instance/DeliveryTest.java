package org.pmuconnector.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.CommittedSet;

/** What is handed to a listener, and when: beside what was read, late, and by another server meanwhile. */
class DeliveryTest {

    private final RecordingListener listener = new RecordingListener();
    private final ReplicaLag lag = new ReplicaLag(System::nanoTime);
    private final Delivery delivery = delivery(null, Resume.BASE);

    private Delivery delivery(String subscription, Resume resume) {
        return new Delivery(
                "orders",
                DeliverySettings.ONE_BY_ONE,
                new Subscriber(
                        "orders",
                        RunningReplica.settings(Role.STANDBY, subscription, resume, DeliverySettings.ONE_BY_ONE)),
                listener,
                lag,
                System::nanoTime);
    }

    private static CommittedSet set(long sequence) {
        return new CommittedSet(1, sequence, 0, false, false, 0, ("s" + sequence).getBytes(UTF_8));
    }

    @Test
    void addLate_readFromTheLogAlready_isDeliveredOnce() throws Exception {
        delivery.add(List.of(set(1), set(2)));
        delivery.addLate(set(2));
        delivery.addLate(set(5));
        assertThat(lag.value().sets()).isEqualTo(3);
        assertThat(lag.value().bytes()).isEqualTo(6);

        delivery.deliverAll(null, () -> false);

        assertThat(listener.calls()).containsExactly("s1", "s2", "s5");
        assertThat(delivery.isEmpty()).isTrue();
        assertThat(lag.value().sets()).isZero();
        assertThat(lag.value().bytes()).isZero();
    }

    @Test
    void addLate_afterWhatWasReadIsForgotten_isDelivered() throws Exception {
        delivery.add(List.of(set(1), set(2)));
        delivery.forget();
        delivery.addLate(set(1));

        delivery.deliverAll(null, () -> false);

        assertThat(listener.calls()).containsExactly("s1");
    }

    @Test
    void deliver_takenByAnotherServerMeanwhile_isSkippedAlsoWhereItIsReadLater() throws Exception {
        List<Long> cleared = new ArrayList<>();
        listener.clearBy(move -> cleared.add(move.sequence()));
        Delivery consumer = delivery("s", Resume.CURSOR);
        consumer.add(List.of(set(1)));
        consumer.taken(3);
        consumer.add(List.of(set(2), set(3), set(4)));

        consumer.deliverAll(null, () -> false);

        assertThat(listener.calls()).containsExactly("s4");
        assertThat(cleared).containsExactly(4L);
        assertThat(lag.value().sets()).isZero();
    }

    @Test
    void deliver_baseThatLeavesOutSets_comesWithThemAndIsClearedWithThem() throws Exception {
        List<Long> cleared = new ArrayList<>();
        listener.clearBy(move -> cleared.add(move.sequence()));
        CommittedSet base = new CommittedSet(1, 4, 0, true, false, 0, "b".getBytes(UTF_8));
        Delivery consumer = delivery("s", Resume.CURSOR);
        consumer.add(List.of(base, set(2), set(3), set(5)));

        consumer.deliverAll(null, () -> false);

        assertThat(listener.calls()).containsExactly("base:b", "s2", "s3", "s5");
        assertThat(listener.batches()).containsExactly(3, 1);
        assertThat(cleared).containsExactly(4L, 5L);
    }

    @Test
    void deliver_baseInMemory_comesAlone() throws Exception {
        CommittedSet base = new CommittedSet(1, 4, 0, true, false, 0, "b".getBytes(UTF_8));
        delivery.add(List.of(base, set(2), set(5)));

        delivery.deliverAll(null, () -> false);

        assertThat(listener.batches()).containsExactly(1, 1, 1);
    }
}
