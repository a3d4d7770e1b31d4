package org.pmuconnector.fabric.iwarp;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.model.UnitAddress.Transport;
import org.pmuconnector.polling.PollGate;
import org.pmuconnector.tls.ClientTls;

/** The way to a unit at {@code iwarp://HOST:PORT} or, encrypted, {@code iwarps://HOST:PORT}. Safe for use by many threads. */
public final class IwarpFabric implements Fabric {

    private final UnitAddress address;
    private final FabricOptions options;
    /** Null if nothing is encrypted. */
    private final ClientTls tls;

    private final PollGate gate = PollGate.ofProcessors();
    private final Set<IwarpConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * A way to a unit; does not connect.
     *
     * @throws IllegalArgumentException if the address is of another transport
     * @throws PmuException {@code BAD_CONFIGURATION} if its TLS files cannot be used
     */
    public IwarpFabric(UnitAddress address, FabricOptions options) throws PmuException {
        if (address.transport() != Transport.IWARP && address.transport() != Transport.IWARPS) {
            throw new IllegalArgumentException("not an iwarp address: " + address);
        }
        this.address = address;
        this.options = Objects.requireNonNull(options);
        this.tls = address.transport() == Transport.IWARPS ? new ClientTls(options.tls()) : null;
    }

    @Override
    public UnitAddress address() {
        return address;
    }

    @Override
    public FabricConnection connect(Deadline deadline) throws PmuException {
        if (closed) {
            throw closedAlready();
        }
        InitiatorStream stream = new InitiatorStartup(address, options, tls, gate, deadline).connect();
        IwarpConnection connection = new IwarpConnection(stream, address, connections::remove);
        connections.add(connection);
        if (closed) {
            connection.close();
            throw closedAlready();
        }
        return connection;
    }

    private PmuException closedAlready() {
        return new PmuException(ErrorCode.CONNECTION_LOST, "no connection to " + address + ": the adapter is stopping");
    }

    /** Connections that are open now. */
    public int connectionCount() {
        return connections.size();
    }

    @Override
    public void close() {
        closed = true;
        connections.forEach(IwarpConnection::close);
    }
}
