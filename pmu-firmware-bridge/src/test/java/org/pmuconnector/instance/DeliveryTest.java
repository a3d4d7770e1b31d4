package org.pmuconnector.instance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pmuconnector.instance.ReplicaSettings.Resume;
import org.pmuconnector.instance.ReplicaSettings.Role;
import org.pmuconnector.log.CommittedSet;

/** What is handed to a listener late, beside what was read from the log. */
class DeliveryTest {

    private final RecordingListener listener = new RecordingListener();
    private final ReplicaLag lag = new ReplicaLag(System::nanoTime);
    private final Delivery delivery = new Delivery(
            "orders",
            DeliverySettings.ONE_BY_ONE,
            new Subscriber(
                    "orders", RunningReplica.settings(Role.STANDBY, null, Resume.BASE, DeliverySettings.ONE_BY_ONE)),
            listener,
            lag,
            System::nanoTime);

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
}
