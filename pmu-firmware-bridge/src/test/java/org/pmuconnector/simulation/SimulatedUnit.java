package org.pmuconnector.simulation;

import java.io.IOException;
import java.security.KeyPair;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.pmuconnector.control.wire.GetRegion;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.Response;
import org.pmuconnector.control.wire.SwitchOver;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.firmware.Superblock;
import org.pmuconnector.pmu.manager.ManagerKey;
import org.pmuconnector.pmu.manager.ManagerSettings;
import org.pmuconnector.pmu.memory.CrashMemory;
import org.pmuconnector.pmu.nic.embedded.EmbeddedNic;
import org.pmuconnector.pmu.nic.embedded.EmbeddedStream;

/** A unit whose process can be killed and started again. */
final class SimulatedUnit {

    static final int LEASE_MILLIS = 400;

    private static final int UNIT_BYTES = 1 << 20;
    private static final KeyPair KEYS = ManagerKey.generate();

    private final World world;
    private final Scenario scenario;
    private final ManagerSettings settings;
    private final Set<SimulatedConnection> connections = new LinkedHashSet<>();
    private CrashMemory memory = new CrashMemory(new byte[UNIT_BYTES]);
    private long epoch;
    private Unit unit;
    private EmbeddedNic nic;

    SimulatedUnit(World world, Scenario scenario) throws IOException, PmuException {
        this.world = world;
        this.scenario = scenario;
        this.settings = new ManagerSettings(LEASE_MILLIS, scenario.graceMillis(), true, UnitLimits.DEFAULT);
        Superblock.format(memory, new UUID(1, 2), KEYS.getPublic());
        start();
    }

    void start() throws PmuException {
        unit = Unit.start(memory, ManagerKey.of(KEYS), new UnitOptions(settings, world, world.random()));
        nic = new EmbeddedNic(unit.memory(), unit.control(), UnitLimits.DEFAULT.queuedEvents());
    }

    /** Its process is gone at once, and perhaps the power with it. */
    void kill() {
        boolean power = scenario.mayLosePower() && world.random().nextBoolean();
        memory = power ? memory.afterPowerLoss(world.random()) : memory.afterKill();
        unit = null;
        nic = null;
    }

    boolean isUp() {
        return unit != null;
    }

    void tick() {
        if (unit != null) {
            unit.tick();
            changed();
        }
    }

    /** A connection is to be told what the unit sends it. */
    void listens(SimulatedConnection connection) {
        connections.add(connection);
    }

    /** The unit may have sent something, or ended connections; or the network lets through what it kept. */
    void changed() {
        for (SimulatedConnection connection : List.copyOf(connections)) {
            connection.collect();
            if (!connection.isOpen()) {
                connections.remove(connection);
            }
        }
    }

    /** The newest epoch that was granted, as far as anybody can know. */
    long epoch() {
        Response response =
                ask(Request.newBuilder().setGetRegion(GetRegion.newBuilder().setRegion(SimulatedServer.REGION)));
        if (response != null && response.getStatus() == 0) {
            epoch = response.getRegion().getEpoch();
        }
        return epoch;
    }

    /** Asks for another primary; what the unit says. */
    String switchOver(boolean force) {
        Response response = ask(Request.newBuilder()
                .setSwitchOver(SwitchOver.newBuilder()
                        .setRegion(SimulatedServer.REGION)
                        .setForce(force)));
        return response == null
                ? "the unit is away"
                : response.getStatus() + " " + response.getMessage().replaceAll("process \\d+", "a process");
    }

    /** By an administrator's tool, to whom no time passes. */
    private Response ask(Request.Builder request) {
        if (nic == null) {
            return null;
        }
        try {
            EmbeddedStream tool = nic.connect();
            try {
                tool.call(Request.newBuilder()
                        .setHello(Hello.newBuilder().setProtocolVersion(1).setPurpose(Hello.Purpose.TOOL))
                        .build());
                return tool.call(request.build());
            } finally {
                tool.end("done");
                changed();
            }
        } catch (PmuException e) {
            throw new AssertionError(e);
        }
    }

    EmbeddedStream connect() throws PmuException {
        if (nic == null) {
            throw new PmuException(ErrorCode.UNIT_UNREACHABLE, "nobody listens");
        }
        return nic.connect();
    }
}
