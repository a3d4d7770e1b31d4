package org.pmuconnector.fabric.verbs;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.model.MonotonicClock;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.UnitTicker;
import org.pmuconnector.pmu.manager.ManagerSettings;
import org.pmuconnector.pmu.memory.MemoryChoice;
import org.pmuconnector.pmu.memory.MemoryKind;
import org.pmuconnector.pmu.nic.DeviceNic;
import org.pmuconnector.pmu.nic.DeviceNicProvider;
import org.pmuconnector.pmu.nic.NicOptions;

/** A unit at the RDMA device of the machine that the tests run in. */
public final class VerbsUnit implements AutoCloseable {

    /** The address of the device. */
    public static final String HOST = "10.0.2.15";

    /** An emulated machine that has just begun to run Java may take longer than the usual lease between two requests. */
    private static final int LEASE_MILLIS = 600_000;

    /** The same for a first request. */
    private static final int HANDSHAKE_TIMEOUT_MILLIS = 60_000;

    private static final int STALL_TIMEOUT_MILLIS = 10_000;

    private final Unit unit;
    private final UnitTicker ticker;
    private final DeviceNic nic;

    /** Puts a network interface in front of a unit. */
    @FunctionalInterface
    public interface Serving {
        void serve(DeviceNic nic, Unit unit) throws PmuException;
    }

    private VerbsUnit(Unit unit, DeviceNic nic) {
        this.unit = unit;
        this.ticker = new UnitTicker(unit, "verbs");
        this.nic = nic;
    }

    /** A unit that is formatted in a file, at a free port. */
    public static VerbsUnit start(Path file) throws PmuException {
        return start(file, options());
    }

    /** The usual options, with time to begin. */
    public static NicOptions options() {
        return NicOptions.defaults().withTimeouts(HANDSHAKE_TIMEOUT_MILLIS, STALL_TIMEOUT_MILLIS);
    }

    /** The same with other options. */
    public static VerbsUnit start(Path file, NicOptions options) throws PmuException {
        return start(file, options, (nic, unit) -> nic.serve(unit.deviceMemory(), unit.control(), false));
    }

    /** The same with a way of its own to serve it. */
    public static VerbsUnit start(Path file, NicOptions options, Serving serving) throws PmuException {
        ManagerSettings settings = new ManagerSettings(LEASE_MILLIS, 0, true, UnitLimits.DEFAULT);
        DeviceNic nic = DeviceNicProvider.verbs(new InetSocketAddress(HOST, 0), options);
        Unit unit = null;
        try {
            unit = Unit.open(
                    file,
                    new MemoryChoice(MemoryKind.AUTO, nic.pinning()),
                    new UnitOptions(settings, MonotonicClock.system(), new SecureRandom()));
            serving.serve(nic, unit);
            return new VerbsUnit(unit, nic);
        } catch (PmuException | RuntimeException e) {
            nic.close();
            if (unit != null) {
                unit.close();
            }
            throw e;
        }
    }

    /** Which kind of device it is: {@code rxe} or {@code siw}. */
    public static boolean isIwarp() {
        return "siw".equals(System.getProperty("rdma.device"));
    }

    /** The unit. */
    public Unit unit() {
        return unit;
    }

    /** Its network interface. */
    public DeviceNic nic() {
        return nic;
    }

    /** Where initiators find it. */
    public UnitAddress address() throws PmuException {
        return UnitAddress.parse("verbs://" + HOST + ":" + nic.localAddress().getPort());
    }

    /** A way to it. */
    public Fabric fabric() throws PmuException {
        return Fabrics.of(address(), FabricOptions.defaults());
    }

    @Override
    public void close() {
        unit.stop();
        nic.close();
        ticker.close();
        unit.close();
    }
}
