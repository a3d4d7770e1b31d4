package org.pmuconnector.pmu.bridge;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.bridge.wire.Admission;
import org.pmuconnector.pmu.bridge.wire.Connected;
import org.pmuconnector.pmu.bridge.wire.ControlAnswer;
import org.pmuconnector.pmu.bridge.wire.ControlRequest;
import org.pmuconnector.pmu.bridge.wire.Ended;
import org.pmuconnector.pmu.bridge.wire.FromUnit;
import org.pmuconnector.pmu.nic.ControlService.ControlConnection;
import org.pmuconnector.pmu.nic.ControlService.NicConnection;

/**
 * A connection whose control messages go to a manager in another process. Its requests come one at a time; what the
 * manager sends may come from another thread.
 */
final class ForwardedConnection implements ControlConnection {

    private final ManagerLink link;
    private final long number;
    private final NicConnection nic;
    private long protectionDomain;

    /** The answer that is waited for, null if none is. */
    private volatile CompletableFuture<ControlAnswer> awaited;

    ForwardedConnection(ManagerLink link, long number, NicConnection nic) {
        this.link = link;
        this.number = number;
        this.nic = nic;
    }

    long number() {
        return number;
    }

    NicConnection nic() {
        return nic;
    }

    /** Asks the manager whether it may be. */
    void admit() throws PmuException {
        Connected connected =
                Connected.newBuilder().setConnection(number).setPeer(nic.peer()).build();
        Admission admission =
                ask(FromUnit.newBuilder().setConnected(connected).build()).getAdmission();
        if (admission.getStatus() != 0) {
            throw new PmuException(ErrorCode.ofNumber(admission.getStatus()), admission.getMessage());
        }
        protectionDomain = admission.getProtectionDomain();
    }

    @Override
    public long protectionDomain() {
        return protectionDomain;
    }

    @Override
    public Response handle(Request request) {
        try {
            ControlRequest forwarded = ControlRequest.newBuilder()
                    .setConnection(number)
                    .setRequest(request)
                    .build();
            return ask(FromUnit.newBuilder().setRequest(forwarded).build()).getResponse();
        } catch (PmuException e) {
            return Response.newBuilder()
                    .setId(request.getId())
                    .setStatus(e.code().number())
                    .setMessage(e.getMessage())
                    .build();
        }
    }

    private ControlAnswer ask(FromUnit question) throws PmuException {
        CompletableFuture<ControlAnswer> answer = new CompletableFuture<>();
        awaited = answer;
        // Whoever ends the link completes what is awaited after having said so: one of the two sees the other.
        if (link.endReason() != null) {
            throw link.gone();
        }
        link.send(question);
        try {
            return answer.get(link.answerTimeoutMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            link.end("it did not answer within " + link.answerTimeoutMillis() + " ms");
            throw link.gone();
        } catch (ExecutionException e) {
            throw link.gone();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PmuException(ErrorCode.CONNECTION_LOST, "interrupted while the manager was asked", e);
        } finally {
            awaited = null;
        }
    }

    /** The manager has answered. */
    void answered(ControlAnswer answer) {
        CompletableFuture<ControlAnswer> waiting = awaited;
        if (waiting != null) {
            waiting.complete(answer);
        }
    }

    /** The manager is gone: so is this connection. */
    void linkEnded(String reason) {
        CompletableFuture<ControlAnswer> waiting = awaited;
        if (waiting != null) {
            waiting.completeExceptionally(link.gone());
        }
        nic.disconnect("the unit's manager has gone: " + reason);
    }

    @Override
    public void ended(String evidence) {
        link.forget(this);
        if (link.endReason() == null) {
            try {
                Ended ended = Ended.newBuilder()
                        .setConnection(number)
                        .setEvidence(evidence)
                        .build();
                link.send(FromUnit.newBuilder().setEnded(ended).build());
            } catch (PmuException e) {
                // The link has ended over it, and with it all keys.
                return;
            }
        }
    }
}
