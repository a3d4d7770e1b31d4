package org.pmuconnector.verbs.disni;

import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmEvent;
import com.ibm.disni.verbs.RdmaCmEvent.EventType;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaEventChannel;
import com.ibm.disni.verbs.impl.NatCmaIdPrivate;
import com.ibm.disni.verbs.impl.NatRdmaEventChannel;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.pmuconnector.model.LogMessage;

/**
 * A channel that forgets the ids of ended connections. DiSNI's own keeps each id that it ever delivered, so that one
 * which listens for years fills the heap; and it keeps them in a map for one thread alone.
 *
 * <p>Safe for use by many threads.
 */
public final class EventChannel extends NatRdmaEventChannel {

    /** What events that DiSNI does not know are taken for: as they ask for nothing, so does this one. */
    private static final EventType NEWER = EventType.RDMA_CM_EVENT_ADDR_CHANGE;

    private static final System.Logger LOG = System.getLogger(EventChannel.class.getName());

    /** Null while DiSNI's constructor runs, which adds none. */
    private final Map<Long, NatCmaIdPrivate> ids = new ConcurrentHashMap<>();

    private EventChannel(long handle) throws IOException {
        super(handle, 0);
    }

    /**
     * A new channel, to be destroyed by {@link RdmaEventChannel#destroyEventChannel()}.
     *
     * @throws IOException with the kernel's reason
     */
    public static EventChannel open() throws IOException {
        NatRdmaEventChannel plain = (NatRdmaEventChannel) RdmaCm.open().createEventChannel();
        return new EventChannel(plain.getObjId());
    }

    /**
     * What the connection manager tells.
     *
     * @param id the connection that it is about
     */
    public record Notice(EventType type, RdmaCmId id) {}

    /**
     * Waits for the next notice.
     *
     * @return null if there is none in time
     * @throws IOException if the channel has been given back
     */
    public Notice next(int timeoutMillis) throws IOException {
        RdmaCmEvent event = getCmEvent(timeoutMillis);
        if (event == null) {
            return null;
        }
        event.ackEvent();
        int number = event.getEvent();
        EventType[] known = EventType.values();
        EventType type = number < known.length ? known[number] : NEWER;
        return new Notice(type, event.getConnIdPriv());
    }

    /** Gives it back; its ids have been destroyed before. A failure is logged: there is nothing that a caller could do. */
    public void release() {
        if (isOpen()) {
            try {
                int result = destroyEventChannel();
                if (result != 0) {
                    LogMessage.EVENT_CHANNEL_KEPT.log(LOG, "error " + -result);
                }
            } catch (IOException e) {
                LogMessage.EVENT_CHANNEL_KEPT.log(LOG, e.getMessage());
            }
        }
    }

    @Override
    public void addCmId(NatCmaIdPrivate id) {
        ids.put(id.getObjId(), id);
    }

    @Override
    public NatCmaIdPrivate getCmId(long handle) {
        return ids.get(handle);
    }

    /** Forgets an id that has been destroyed; without effect for one that it does not know. */
    public void forget(RdmaCmId id) {
        ids.remove(((NatCmaIdPrivate) id).getObjId());
    }

    /** How many ids it knows. */
    public int size() {
        return ids.size();
    }
}
