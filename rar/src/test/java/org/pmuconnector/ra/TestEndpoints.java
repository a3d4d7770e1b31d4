package org.pmuconnector.ra;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.resource.spi.UnavailableException;
import jakarta.resource.spi.endpoint.MessageEndpoint;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.pmuconnector.checkpoint.Checkpoint;
import org.pmuconnector.checkpoint.CheckpointListener;
import org.pmuconnector.checkpoint.PrimaryTerm;

/** The server's side of a message-driven bean: notes every call, and fails on order. */
public final class TestEndpoints extends TransactedEndpoints {

    private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    final List<PrimaryTerm> terms = new ArrayList<>();
    private int unavailable;
    private boolean transacted;
    private int transactions;
    private RuntimeException failure;
    private Error error;

    /** The next so many endpoints are not there yet. */
    public synchronized TestEndpoints unavailable(int times) {
        unavailable = times;
        return this;
    }

    /** Each delivery is a transaction with the adapter's resource alone. */
    synchronized TestEndpoints transacted() {
        transacted = true;
        return this;
    }

    /** A step of a transaction. */
    private interface Step {
        void take() throws XAException;
    }

    private static void complete(Step step) {
        try {
            step.take();
        } catch (XAException e) {
            throw new IllegalStateException("XA error " + e.errorCode, e);
        }
    }

    /** The next call of the listener throws. */
    public synchronized TestEndpoints failNext(RuntimeException e) {
        failure = e;
        return this;
    }

    /** The next call of the listener throws. */
    public synchronized TestEndpoints failNext(Error e) {
        error = e;
        return this;
    }

    /** The next call noted, waiting for it; null if there is none. */
    public String next() throws InterruptedException {
        return calls.poll(20, TimeUnit.SECONDS);
    }

    /** The next calls of the listener itself. */
    public List<String> nextDeliveries(int count) throws InterruptedException {
        List<String> found = new ArrayList<>();
        while (found.size() < count) {
            String call = next();
            if (call == null) {
                return found;
            }
            if (!call.startsWith("before") && !call.equals("after") && !call.equals("release")) {
                found.add(call);
            }
        }
        return found;
    }

    /** All that has been noted and not been taken. */
    public List<String> rest() {
        List<String> all = new ArrayList<>();
        calls.drainTo(all);
        return all;
    }

    @Override
    public synchronized MessageEndpoint createEndpoint(XAResource xaResource) throws UnavailableException {
        if (unavailable > 0) {
            unavailable--;
            throw new UnavailableException("the application is not up yet");
        }
        return new Endpoint(transacted ? xaResource : null);
    }

    private final class Endpoint implements MessageEndpoint, CheckpointListener {

        private final XAResource resource;
        private Xid transaction;
        private boolean failed;

        Endpoint(XAResource resource) {
            this.resource = resource;
        }

        private void call(String name) {
            calls.add(name);
            synchronized (TestEndpoints.this) {
                failed = failure != null || error != null;
                if (failure != null) {
                    RuntimeException thrown = failure;
                    failure = null;
                    throw thrown;
                }
                if (error != null) {
                    Error thrown = error;
                    error = null;
                    throw thrown;
                }
            }
        }

        @Override
        public void beforeDelivery(Method method) {
            calls.add("before " + method.getName());
            if (resource != null) {
                transaction = new TestXid(++transactions);
                complete(() -> resource.start(transaction, XAResource.TMNOFLAGS));
            }
        }

        @Override
        public void afterDelivery() {
            calls.add("after");
            if (resource != null) {
                complete(() -> resource.end(transaction, failed ? XAResource.TMFAIL : XAResource.TMSUCCESS));
                complete(() -> {
                    if (failed) {
                        resource.rollback(transaction);
                    } else {
                        resource.commit(transaction, true);
                    }
                });
            }
        }

        @Override
        public void release() {
            calls.add("release");
        }

        @Override
        public void onCheckpoint(Checkpoint checkpoint) {
            String text = new String(checkpoint.payload(), UTF_8);
            java.util.Arrays.fill(checkpoint.payload(), (byte) '?');
            call(checkpoint.kind() + " " + checkpoint.sequence() + " " + text);
        }

        @Override
        public void onPrimary(PrimaryTerm term) {
            synchronized (TestEndpoints.this) {
                terms.add(term);
            }
            call("primary " + term.epoch());
        }

        @Override
        public void onFenced(PrimaryTerm term) {
            call("fenced " + term.epoch());
        }

        @Override
        public void onReset(String region, String reason) {
            call("reset " + region + ": " + reason);
        }
    }
}
