package org.pmuconnector.fabric.embedded;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.nic.embedded.EmbeddedNic;

/** The in-process transport to a unit that is in no file. Closing it leaves the unit running. */
public final class MemoryFabric implements Fabric {

    private final UnitAddress address = new UnitAddress(UnitAddress.Transport.EMBEDDED, null, 0, "memory");
    private final EmbeddedNic nic;
    private final Set<EmbeddedConnection> connections = ConcurrentHashMap.newKeySet();

    public MemoryFabric(Unit unit) {
        nic = new EmbeddedNic(unit.memory(), unit.control(), UnitLimits.DEFAULT.queuedEvents());
    }

    @Override
    public UnitAddress address() {
        return address;
    }

    @Override
    public FabricConnection connect(Deadline deadline) throws PmuException {
        EmbeddedConnection connection = new EmbeddedConnection(address, nic.connect(), connections::remove);
        connections.add(connection);
        return connection;
    }

    @Override
    public void close() {
        connections.forEach(EmbeddedConnection::close);
        nic.close();
    }
}
