package org.pmuconnector.fabric.verbs;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.polling.PollGate;

/** The way to a unit at {@code verbs://HOST:PORT}. Safe for use by many threads. */
final class VerbsFabric implements Fabric {

    private final UnitAddress address;
    private final FabricOptions options;
    private final PollGate gate = PollGate.ofProcessors();
    private final Set<VerbsConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    VerbsFabric(UnitAddress address, FabricOptions options) throws PmuException {
        if (address.transport() != UnitAddress.Transport.VERBS) {
            throw new IllegalArgumentException("not a verbs address: " + address);
        }
        if (address.host().indexOf(':') >= 0) {
            throw new PmuException(
                    ErrorCode.BAD_ADDRESS, "unit address '" + address + "': verbs are spoken over IPv4 alone");
        }
        this.address = address;
        this.options = options;
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
        if (deadline.hasPassed()) {
            throw new PmuException(ErrorCode.DEADLINE_EXCEEDED, address + ": no time left to connect");
        }
        VerbsConnection connection =
                new ConnectionSetup(address, resolve(), options, gate, deadline).connect(connections::remove);
        connections.add(connection);
        if (closed) {
            connection.close();
            throw closedAlready();
        }
        if (!connection.isOpen()) {
            connections.remove(connection);
        }
        return connection;
    }

    private InetSocketAddress resolve() throws PmuException {
        try {
            InetAddress host = Arrays.stream(InetAddress.getAllByName(address.host()))
                    .filter(Inet4Address.class::isInstance)
                    .findFirst()
                    .orElseThrow(() -> new UnknownHostException("it has no IPv4 address, and verbs know no other"));
            return new InetSocketAddress(host, address.port());
        } catch (UnknownHostException e) {
            throw new PmuException(
                    ErrorCode.UNIT_UNREACHABLE,
                    "unit " + address + ": the host cannot be resolved: " + e.getMessage(),
                    e);
        }
    }

    private PmuException closedAlready() {
        return new PmuException(ErrorCode.CONNECTION_LOST, "no connection to " + address + ": the adapter is stopping");
    }

    @Override
    public void close() {
        closed = true;
        connections.forEach(VerbsConnection::close);
    }
}
