package org.pmuconnector.ra;

import jakarta.resource.ResourceException;
import jakarta.resource.spi.ConnectionEvent;
import jakarta.resource.spi.ConnectionEventListener;
import jakarta.resource.spi.ConnectionRequestInfo;
import jakarta.resource.spi.DissociatableManagedConnection;
import jakarta.resource.spi.LazyEnlistableManagedConnection;
import jakarta.resource.spi.LocalTransaction;
import jakarta.resource.spi.ManagedConnection;
import jakarta.resource.spi.ManagedConnectionMetaData;
import jakarta.resource.spi.SecurityException;
import java.io.PrintWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import javax.security.auth.Subject;
import javax.transaction.xa.XAResource;
import org.pmuconnector.log.PendingSet;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.LogMessage;
import org.pmuconnector.model.PmuException;

/**
 * One data connection to a region as the container pools it.
 *
 * <p>Writes go to the branch that the connection is associated with, else to the local transaction in progress, else
 * straight to the log. Safe for use by many threads: the link has one user at a time. No lock is held while the
 * container's listeners run, and {@link #destroy()} ends an operation that blocks.
 */
final class CheckpointManagedConnection
        implements ManagedConnection, DissociatableManagedConnection, LazyEnlistableManagedConnection, LinkSource {

    private static final Logger LOGGER = System.getLogger(CheckpointManagedConnection.class.getName());

    private final CheckpointManagedConnectionFactory factory;
    private final AttachedRegion region;
    private final SignOn signOn;
    private final Patience patience;
    private volatile RegionLink link;
    private final ConnectionEvents events = new ConnectionEvents(this);
    private final CheckpointXaResource xaResource;
    private final ConnectionHandles handles = new ConnectionHandles();
    /** What the local transaction has written; null if none is in progress. */
    private volatile PendingWork localWork;

    private boolean released;
    private volatile boolean destroyed;
    private volatile PrintWriter logWriter;

    CheckpointManagedConnection(
            CheckpointManagedConnectionFactory factory,
            AttachedRegion region,
            SignOn signOn,
            Patience patience,
            RegionLink link) {
        this.factory = factory;
        this.region = region;
        this.signOn = signOn;
        this.patience = patience;
        this.link = link;
        LinkSource writing = new LinkSource() {
            @Override
            public <T> T withLink(Operation<T> operation) throws PmuException {
                return withLinkForWriting(operation);
            }
        };
        this.xaResource = new CheckpointXaResource(
                region.branches(), writing, orElse(region.freshLinks()), this::isInLocalTransaction);
        region.connectionOpened();
    }

    @Override
    public Object getConnection(Subject subject, ConnectionRequestInfo info) throws ResourceException {
        if (!signOn.equals(SignOn.of(factory, subject, info))) {
            throw new SecurityException("the managed connection is signed on as another user and cannot change");
        }
        try {
            reviveIfIdle();
        } catch (PmuException e) {
            ResourceException failure = CheckpointErrors.ofConnecting(e);
            // Servers of the GlassFish family count it as in use for ever unless they are told.
            events.fireError(failure);
            throw failure;
        }
        CheckpointConnectionHandle handle = new CheckpointConnectionHandle(this);
        handles.attach(handle, this);
        return handle;
    }

    /**
     * Connects anew where the connection ended while nobody used it: nothing that matters was bound to it, and the
     * application need not pay for a restart of the unit with one failure for each pooled connection.
     */
    private synchronized void reviveIfIdle() throws PmuException {
        if (destroyed || !handles.isEmpty() || localWork != null || answers()) {
            return;
        }
        link.close();
        try {
            revive();
        } catch (PmuException e) {
            if (!patience.waits()) {
                throw e;
            }
            // A write will wait for the unit.
        }
    }

    /** Where the session has gone, the unit is asked: a write over a connection that ended unnoticed has no known outcome. */
    private boolean answers() {
        if (!link.isOpen() || link.isSessionLive()) {
            return link.isOpen();
        }
        try {
            link.validate();
            return true;
        } catch (PmuException e) {
            LOGGER.log(Level.DEBUG, "{0} has ended unnoticed: {1}", this, e.getMessage());
            return false;
        }
    }

    private void revive() throws PmuException {
        link = region.connect(factory.getSubscription(), signOn.credentials());
    }

    @Override
    public void associateConnection(Object connection) throws ResourceException {
        if (!(connection instanceof CheckpointConnectionHandle handle)) {
            throw new ResourceException("not a connection handle of this adapter: " + connection);
        }
        if (handle.isClosed()) {
            throw new jakarta.resource.spi.IllegalStateException("the connection handle has been closed");
        }
        CheckpointManagedConnection former = handle.managed();
        if (former != this) {
            if (former != null) {
                former.handles.detach(handle);
            }
            handles.attach(handle, this);
        }
    }

    /** The handles are associated anew when they are used; what a local transaction wrote belongs to the connection. */
    @Override
    public void dissociateConnections() throws ResourceException {
        if (destroyed) {
            throw new jakarta.resource.spi.IllegalStateException("the managed connection has been destroyed");
        }
        handles.dissociateAll();
    }

    /** A handle's {@code close}: the container learns of it once. */
    void closeHandle(CheckpointConnectionHandle handle) {
        boolean wasOpen = handles.detach(handle);
        handle.end();
        if (wasOpen) {
            events.fire(ConnectionEvent.CONNECTION_CLOSED, handle);
        }
    }

    /** Writes a set into the transaction in progress, or commits it on its own. */
    void write(Operation<PendingSet> set) throws PmuException {
        Branch branch = xaResource.associated();
        if (branch != null) {
            // The branch is never called with the link held: its completion takes them the other way round.
            long before = branch.payloadBytes();
            branch.add(withLinkForWriting(used -> checked(used, set.on(used), before)));
            return;
        }
        withLinkForWriting(used -> {
            PendingSet made = set.on(used);
            PendingWork work = localWork;
            if (work != null) {
                work.add(checked(used, made, work.payloadBytes()));
            } else {
                used.commit(List.of(made));
            }
            return null;
        });
    }

    private static PendingSet checked(RegionLink link, PendingSet set, long payloadBytesBefore) throws PmuException {
        link.checkWrite(set, payloadBytesBefore);
        return set;
    }

    /** Clears with the transaction in progress, or at once. */
    void clear(long throughSequence) throws PmuException {
        Branch branch = xaResource.associated();
        if (branch != null) {
            branch.clear(withLink(used -> used.clearing(throughSequence)));
            return;
        }
        withLink(used -> {
            CursorMove move = used.clearing(throughSequence);
            PendingWork work = localWork;
            if (work != null) {
                work.clear(move);
            } else {
                used.clear(move);
            }
            return null;
        });
    }

    @Override
    public <T> T withLink(Operation<T> operation) throws PmuException {
        try {
            return attempt(operation);
        } catch (PmuException e) {
            throw reported(e);
        }
    }

    /** The same for what the policy lets wait for the unit; then the connection is of no less use for having been cut. */
    private <T> T withLinkForWriting(Operation<T> operation) throws PmuException {
        try {
            return patience.with(() -> {
                if (patience.waits()) {
                    reviveIfBroken();
                }
                return attempt(operation);
            });
        } catch (PmuException e) {
            throw reported(e);
        }
    }

    private synchronized void reviveIfBroken() throws PmuException {
        if (!destroyed && !link.isOpen()) {
            revive();
        }
    }

    private synchronized <T> T attempt(Operation<T> operation) throws PmuException {
        if (destroyed) {
            throw new PmuException(ErrorCode.CONNECTION_LOST, "the connection to " + region + " has been closed");
        }
        return operation.on(link);
    }

    /** A failure, told to those who manage the connection if it ended that. */
    private PmuException reported(PmuException e) {
        if (!link.isOpen()) {
            trace(e);
            events.fireError(CheckpointErrors.of(e));
        }
        return e;
    }

    private void trace(PmuException failure) {
        PrintWriter writer = logWriter;
        if (writer != null && !events.errorFired()) {
            writer.println(this + " is of no more use: " + failure.getMessage());
        }
    }

    void beginLocal() throws PmuException {
        if (xaResource.associated() != null) {
            throw misuse("the connection takes part in a global transaction");
        }
        synchronized (this) {
            if (localWork != null) {
                throw misuse("a local transaction is in progress already");
            }
            localWork = new PendingWork();
        }
    }

    void commitLocal() throws PmuException {
        PendingWork work = takeLocal();
        withLinkForWriting(used -> {
            work.commit(used);
            return null;
        });
    }

    void rollbackLocal() throws PmuException {
        takeLocal();
    }

    private synchronized PendingWork takeLocal() throws PmuException {
        if (localWork == null) {
            throw misuse("no local transaction is in progress");
        }
        PendingWork work = localWork;
        localWork = null;
        return work;
    }

    boolean isInLocalTransaction() {
        return localWork != null;
    }

    /** Of either kind. */
    boolean isInTransaction() {
        return localWork != null || isInGlobalTransaction();
    }

    boolean isInGlobalTransaction() {
        return xaResource.associated() != null;
    }

    private static PmuException misuse(String message) {
        return new PmuException(ErrorCode.MISUSE, message);
    }

    /** Whether a request of this factory and sign-on may be served. */
    boolean matches(CheckpointManagedConnectionFactory wanted, SignOn wantedSignOn) {
        return !destroyed && !events.errorFired() && factory.equals(wanted) && signOn.equals(wantedSignOn);
    }

    /** Whether the unit answers over it; one round trip. */
    boolean isValid() {
        if (destroyed || events.errorFired()) {
            return false;
        }
        try {
            withLink(used -> {
                used.validate();
                return null;
            });
            return true;
        } catch (PmuException e) {
            LOGGER.log(Level.DEBUG, "{0} is not valid: {1}", this, e.getMessage());
            return false;
        }
    }

    ConnectionEvents events() {
        return events;
    }

    boolean hasSubscription() {
        return !factory.getSubscription().isEmpty();
    }

    String regionName() {
        return region.name();
    }

    String describe() {
        return region.toString();
    }

    @Override
    public void cleanup() {
        handles.endAll();
        synchronized (this) {
            if (localWork != null) {
                LogMessage.LOCAL_TRANSACTION_LEFT.log(LOGGER, region);
                localWork = null;
            }
            link.rewind();
        }
    }

    @Override
    public void destroy() {
        destroyed = true;
        handles.refuse();
        // Before the lock: whoever holds it may be waiting for the unit, and is woken by this.
        link.close();
        synchronized (this) {
            if (released) {
                return;
            }
            released = true;
            link.close();
            localWork = null;
        }
        region.connectionClosed();
        region.release();
    }

    @Override
    public void addConnectionEventListener(ConnectionEventListener listener) {
        events.add(listener);
    }

    @Override
    public void removeConnectionEventListener(ConnectionEventListener listener) {
        events.remove(listener);
    }

    @Override
    public XAResource getXAResource() {
        return xaResource;
    }

    @Override
    public LocalTransaction getLocalTransaction() {
        return new ContainerTransaction(this);
    }

    @Override
    public ManagedConnectionMetaData getMetaData() throws ResourceException {
        if (destroyed) {
            throw new jakarta.resource.spi.IllegalStateException("the managed connection has been destroyed");
        }
        return new CheckpointMetaData(region.userOf(signOn));
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        logWriter = out;
    }

    @Override
    public PrintWriter getLogWriter() {
        return logWriter;
    }

    @Override
    public String toString() {
        return "managed connection to " + region;
    }
}
