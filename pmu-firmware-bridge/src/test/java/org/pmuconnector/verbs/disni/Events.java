package org.pmuconnector.verbs.disni;

import static org.assertj.core.api.Assertions.assertThat;

import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import java.io.IOException;

/** An event channel whose events are expected one by one. For one thread. */
final class Events implements AutoCloseable {

    static final int PATIENCE_MILLIS = 30_000;

    private final EventChannel channel = EventChannel.open();

    Events() throws IOException {}

    EventChannel channel() {
        return channel;
    }

    /** A new id whose events come here. */
    RdmaCmId createId() throws IOException {
        return channel.createId(RdmaCm.RDMA_PS_TCP);
    }

    /** The next event, which has to be of that type. */
    RdmaCmEvent await(EventType type) throws IOException {
        RdmaCmEvent event = channel.getCmEvent(PATIENCE_MILLIS);
        assertThat(event).as("an event, %s", type).isNotNull();
        assertThat(type(event)).isEqualTo(type);
        return event;
    }

    @SuppressWarnings("EnumOrdinal") // An event's number is the type's place, as it is for rdma_cm_event_type.
    static EventType type(RdmaCmEvent event) {
        return EventType.values()[event.getEvent()];
    }

    @Override
    public void close() throws IOException {
        assertThat(channel.destroyEventChannel())
                .as("destroying an event channel")
                .isZero();
    }
}
