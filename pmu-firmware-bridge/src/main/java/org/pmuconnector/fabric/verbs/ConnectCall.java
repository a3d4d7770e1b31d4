package org.pmuconnector.fabric.verbs;

import com.ibm.disni.verbs.RdmaCmId;
import com.ibm.disni.verbs.RdmaConnParam;
import java.io.IOException;
import java.lang.System.Logger.Level;

/**
 * Asks the connection manager to connect, on a thread of its own: devices that speak iWARP in software do not return before
 * the peer's host has answered, which a silent one never does. Whoever waits for it may give it up at any time; what it was
 * to connect is given back then when the call returns, and nobody waits for that.
 */
final class ConnectCall {

    private static final System.Logger LOG = System.getLogger(ConnectCall.class.getName());

    private final RdmaCmId id;
    private final RdmaConnParam parameters;
    private boolean returned;
    private IOException failure;
    private Runnable whenReturned;

    private ConnectCall(RdmaCmId id, RdmaConnParam parameters) {
        this.id = id;
        this.parameters = parameters;
    }

    static ConnectCall start(RdmaCmId id, RdmaConnParam parameters) {
        ConnectCall call = new ConnectCall(id, parameters);
        Thread thread = new Thread(call::run, "pmu-verbs-connect");
        thread.setDaemon(true);
        thread.start();
        return call;
    }

    private void run() {
        IOException failed = null;
        try {
            id.connect(parameters);
        } catch (IOException e) {
            failed = e;
        }
        Runnable then;
        synchronized (this) {
            returned = true;
            failure = failed;
            then = whenReturned;
            notifyAll();
        }
        if (then != null) {
            LOG.log(Level.DEBUG, "a connect that had been given up returned: {0}", failed);
            then.run();
        }
    }

    /**
     * Waits until it has returned.
     *
     * @return false if it has not in time
     * @throws IOException why it failed, or if this thread was interrupted
     */
    synchronized boolean await(long millis) throws IOException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        try {
            for (long left = millis; !returned && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("its thread was interrupted", e);
        }
        if (failure != null) {
            throw failure;
        }
        return returned;
    }

    /** Does something when it has returned: at once, by this thread, if it has. */
    void afterwards(Runnable action) {
        synchronized (this) {
            if (!returned) {
                whenReturned = action;
                return;
            }
        }
        action.run();
    }
}
