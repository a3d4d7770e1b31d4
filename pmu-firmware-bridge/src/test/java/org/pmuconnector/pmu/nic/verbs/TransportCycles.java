package org.pmuconnector.pmu.nic.verbs;

import java.nio.file.Path;
import org.pmuconnector.control.wire.OpenRegionReply;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.fabric.verbs.VerbsUnit;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.verbs.LeakCheck;

/**
 * A unit, and an instance that connects to it, opens a region, writes, flushes, reads and closes, over and over.
 * {@code main(CYCLES UNIT_FILE)}
 */
final class TransportCycles {

    private static final String NAME = "cycles";
    private static final int TOKEN = 7;
    private static final int REGION_BYTES = 256 * 1024;

    private TransportCycles() {}

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[1]);
        Unit.format(file, 128 << 20);
        try (VerbsUnit unit = VerbsUnit.start(file, NicOptions.defaults().withTimeouts(60_000, 60_000));
                UnitClient session = UnitClient.session(unit.fabric(), NAME, TOKEN)) {
            session.create(NAME, REGION_BYTES);
            session.claim(NAME, 0);
            int connections = unit.nic().connectionCount();
            LeakCheck.repeat(Integer.parseInt(arguments[0]), () -> {
                cycle(unit);
                while (unit.nic().connectionCount() != connections) {
                    Thread.onSpinWait();
                }
            });
        }
    }

    private static void cycle(VerbsUnit unit) throws Exception {
        byte[] bytes = new byte[4096];
        try (UnitClient data = UnitClient.data(unit.fabric(), NAME, TOKEN)) {
            OpenRegionReply opened = data.openToWrite(NAME, 1);
            data.write(opened.getKey(), opened.getBaseAddress(), bytes);
            data.read(opened.getKey(), opened.getBaseAddress(), bytes.length);
            LeakCheck.whileThere();
        }
    }
}
