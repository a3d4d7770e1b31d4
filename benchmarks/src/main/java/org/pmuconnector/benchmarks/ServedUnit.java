package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.LogManager;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.UnitTicker;
import org.pmuconnector.pmu.manager.ManagerSettings;
import org.pmuconnector.pmu.nic.iwarp.IwarpNic;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;

/** A real unit on a temporary file, served over iWARP. A process of its own: {@code POLL_MICROS SIZE_BYTES}. */
final class ServedUnit {

    /** Measurements are taken on busy machines, too. */
    private static final int PATIENCE_MILLIS = 60_000;

    private ServedUnit() {}

    public static void main(String[] args) throws IOException, PmuException {
        // Only figures are of interest here.
        LogManager.getLogManager().reset();
        Path directory = Files.createTempDirectory("pmu-benchmark");
        Path file = directory.resolve("unit");
        try {
            Unit.format(file, Long.parseLong(args[1]));
            serve(file, Integer.parseInt(args[0]));
        } finally {
            try (var files = Files.list(directory)) {
                for (Path left : files.toList()) {
                    Files.delete(left);
                }
            }
            Files.delete(directory);
        }
    }

    private static void serve(Path file, int pollMicros) throws IOException, PmuException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        IwarpNicOptions options =
                IwarpNicOptions.defaults().withPollMicros(pollMicros).withTimeouts(PATIENCE_MILLIS, PATIENCE_MILLIS);
        ManagerSettings settings = new ManagerSettings(PATIENCE_MILLIS, 0, true, UnitLimits.DEFAULT);
        try (Unit unit = Unit.open(file, UnitOptions.of(settings));
                IwarpNic nic = IwarpNic.listen(any, unit.memory(), unit.control(), options)) {
            UnitTicker ticker = new UnitTicker(unit, "benchmark");
            ChildProcess.announceAndWait(nic.localAddress().getPort());
            ticker.close();
        }
    }
}
