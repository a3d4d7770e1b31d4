package org.pmuconnector.fabric.embedded;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/**
 * A unit in this process. It is opened when the first connection is made and closed with the last fabric that names its
 * file. Safe for use by many threads.
 */
public final class EmbeddedFabric implements Fabric {

    private final UnitAddress address;
    private final Path path;
    private final Set<EmbeddedConnection> connections = ConcurrentHashMap.newKeySet();

    private OpenUnits.Opened opened;
    private boolean closed;

    /**
     * A way to the unit in the address's file.
     *
     * @throws PmuException {@code BAD_ADDRESS} if the address is not of an embedded unit, or its path is none
     */
    public EmbeddedFabric(UnitAddress address) throws PmuException {
        if (address.transport() != UnitAddress.Transport.EMBEDDED) {
            throw new PmuException(ErrorCode.BAD_ADDRESS, address + " is not the address of an embedded unit");
        }
        this.address = address;
        try {
            this.path = Path.of(address.path());
        } catch (InvalidPathException e) {
            throw new PmuException(ErrorCode.BAD_ADDRESS, address + ": " + e.getMessage(), e);
        }
    }

    @Override
    public UnitAddress address() {
        return address;
    }

    @Override
    public synchronized FabricConnection connect(Deadline deadline) throws PmuException {
        if (closed) {
            throw new PmuException(ErrorCode.UNIT_UNREACHABLE, address + ": this way to it has been closed");
        }
        if (deadline.hasPassed()) {
            throw new PmuException(ErrorCode.DEADLINE_EXCEEDED, address + ": no time left to connect");
        }
        if (opened == null) {
            opened = OpenUnits.acquire(path);
        }
        EmbeddedConnection connection =
                new EmbeddedConnection(address, opened.nic().connect(), connections::remove);
        connections.add(connection);
        return connection;
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        connections.forEach(EmbeddedConnection::close);
        if (opened != null) {
            OpenUnits.release(opened);
            opened = null;
        }
    }
}
