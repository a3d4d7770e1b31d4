package org.pmuconnector.verbs.disni;

import com.ibm.disni.verbs.RdmaCm;
import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaEventChannel;
import com.ibm.disni.verbs.impl.NatCmaIdPrivate;
import com.ibm.disni.verbs.impl.NatRdmaEventChannel;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A channel that forgets the ids of ended connections. DiSNI's own keeps each id that it ever delivered, so that one
 * which listens for years fills the heap; and it keeps them in a map for one thread alone.
 *
 * <p>Safe for use by many threads.
 */
public final class EventChannel extends NatRdmaEventChannel {

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
