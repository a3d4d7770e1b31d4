package org.pmuconnector.simulation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;

/** One server's way to the unit. */
final class SimulatedFabric implements Fabric {

    private static final UnitAddress ADDRESS = new UnitAddress(UnitAddress.Transport.EMBEDDED, null, 0, "simulated");

    private final World world;
    private final SimulatedProcess process;
    private final SimulatedUnit unit;
    private final SimulatedLink link;
    private final Set<SimulatedConnection> connections = new LinkedHashSet<>();

    SimulatedFabric(World world, SimulatedProcess process, SimulatedUnit unit, SimulatedLink link) {
        this.world = world;
        this.process = process;
        this.unit = unit;
        this.link = link;
    }

    @Override
    public UnitAddress address() {
        return ADDRESS;
    }

    @Override
    public FabricConnection connect(Deadline deadline) throws PmuException {
        boolean arrived = link.toUnit(deadline.nanoTime());
        if (!arrived) {
            throw new PmuException(ErrorCode.UNIT_UNREACHABLE, "the unit does not answer");
        }
        SimulatedConnection connection = new SimulatedConnection(world, process, unit, link, unit.connect());
        connections.add(connection);
        unit.listens(connection);
        if (!link.fromUnit(deadline.nanoTime())) {
            connection.close();
            throw new PmuException(ErrorCode.UNIT_UNREACHABLE, "the unit's answer is lost");
        }
        return connection;
    }

    /** The server's process, or the unit's, has ended, and the other side hears of it. */
    void resetAll(String reason) {
        for (SimulatedConnection connection : List.copyOf(connections)) {
            connection.reset(reason);
        }
        connections.clear();
    }

    @Override
    public void close() {
        resetAll("closed");
    }
}
