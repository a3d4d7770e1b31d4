package org.pmuconnector.fabric.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.UnitTicker;
import org.pmuconnector.pmu.manager.AnonymousAccess;
import org.pmuconnector.pmu.manager.ManagerSettings;
import org.pmuconnector.pmu.nic.embedded.EmbeddedNic;

/**
 * The units that this adapter has open in its own process: one for each file, shared by all fabrics that name it and
 * closed with the last of them. It is static because a file can be open only once, and there is one copy of this class in
 * each class loader, so that two adapters do not share.
 */
final class OpenUnits {

    /** Whoever does not log in may do everything: this process has the file, and its permissions are what guards it. */
    private static final UnitOptions OPTIONS =
            UnitOptions.of(ManagerSettings.EMBEDDED).withAnonymous(AnonymousAccess.ADMINISTRATOR);

    private static final Map<Path, Opened> OPEN = new HashMap<>();

    /** A unit with all that makes it run. */
    static final class Opened {

        private final Path key;
        private final Unit unit;
        private final UnitTicker ticker;
        private final EmbeddedNic nic;
        private int users;

        private Opened(Path key, Unit unit) {
            this.key = key;
            this.unit = unit;
            this.ticker = new UnitTicker(unit, key.toString());
            this.nic = new EmbeddedNic(unit.memory(), unit.control(), UnitLimits.DEFAULT.queuedEvents());
        }

        EmbeddedNic nic() {
            return nic;
        }
    }

    private OpenUnits() {}

    /** The unit in a file, opened if it is not. Whoever gets it gives it back with {@link #release}. */
    static Opened acquire(Path path) throws PmuException {
        synchronized (OPEN) {
            Path key = identity(path);
            Opened opened = OPEN.get(key);
            if (opened == null) {
                opened = new Opened(key, Unit.open(path, OPTIONS));
                OPEN.put(key, opened);
            }
            opened.users++;
            return opened;
        }
    }

    static void release(Opened opened) {
        synchronized (OPEN) {
            if (--opened.users == 0) {
                OPEN.remove(opened.key);
                opened.ticker.close();
                opened.unit.stop();
                opened.nic.close();
                opened.unit.close();
            }
        }
    }

    private static Path identity(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            // Not there: opening it says so, and better.
            return path.toAbsolutePath().normalize();
        }
    }
}
