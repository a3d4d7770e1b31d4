package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.logging.LogManager;
import org.pmuconnector.control.wire.ClaimPrimaryReply;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.Level;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricConnection;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.model.PmuException;

/**
 * Whether the fence costs the same whatever a region's size is and however many keys of other regions there are: how long
 * the manager takes from a claim until no write under the former epoch's key can land, by its own clock. One unit
 * ({@code pmu serve}) for each number of keys, with a region of each size, whose room is not used; in turns, so that what else
 * the machine does hits all alike.
 *
 * <p>A claim makes a page of the unit's catalog persistent, so the disk's time is in it, unless the folder is on a tmpfs.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar org.pmuconnector.benchmarks.FenceTime [rounds [folder]]
 * </pre>
 */
public final class FenceTime {

    private static final long UNIT_SIZE_BYTES = 12L << 30;
    private static final List<Long> REGION_SIZES = List.of(1L << 20, 64L << 20, 1L << 30, 8L << 30);
    private static final List<Integer> KEY_COUNTS = List.of(1, 100, 1000);
    private static final int KEYS_PER_CONNECTION = 8;
    private static final String OTHER_REGION = "other";
    private static final int WARM_UP_PART = 5;
    private static final double MEDIAN = 0.5;
    private static final double P99 = 0.99;

    private FenceTime() {}

    /** {@code [rounds [folder]]}; 500 and the build's folder if left out. */
    public static void main(String[] args) throws IOException, PmuException {
        // Only figures are of interest here.
        LogManager.getLogManager().reset();
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 500;
        Path folder = args.length > 1 ? Path.of(args[1]) : BuiltFiles.target();
        List<KeyedUnit> units = new ArrayList<>();
        try {
            for (int keys : KEY_COUNTS) {
                units.add(KeyedUnit.start(folder, keys));
            }
            for (int round = -rounds / WARM_UP_PART; round < rounds; round++) {
                for (KeyedUnit unit : units) {
                    unit.claimAll(round);
                }
            }
            report(folder, rounds, units);
        } finally {
            for (KeyedUnit unit : units) {
                unit.close();
            }
        }
    }

    private static void report(Path folder, int rounds, List<KeyedUnit> units) {
        System.out.printf(Locale.ROOT, "fence, %d claims of each region; units in %s%n", rounds, folder);
        double first = units.get(0).regions.get(0).fences.micros(MEDIAN);
        for (KeyedUnit unit : units) {
            for (KeyedUnit.SizedRegion region : unit.regions) {
                double median = region.fences.micros(MEDIAN);
                System.out.printf(
                        Locale.ROOT,
                        "%5d MiB, %4d keys of another region: median %8.1f us, p99 %8.1f us, ratio to the first %.2f%n",
                        region.sizeBytes >> 20,
                        unit.keys,
                        median,
                        region.fences.micros(P99),
                        median / first);
            }
        }
    }

    /** A unit with so many keys of a region that is not claimed meanwhile. */
    private static final class KeyedUnit implements AutoCloseable {

        /** A region that is claimed again and again. */
        private static final class SizedRegion {
            private final long sizeBytes;
            private final String name;
            private final FabricConnection writer;
            private final Latencies fences = new Latencies();
            private long epoch;

            SizedRegion(long sizeBytes, FabricConnection writer) {
                this.sizeBytes = sizeBytes;
                this.name = "r" + sizeBytes;
                this.writer = writer;
            }

            /** Claims it from a primary that has a key for writing. */
            void claim(FabricConnection session, boolean counted) throws PmuException {
                ClaimPrimaryReply reply = UnitCalls.claim(session, name, epoch);
                epoch = reply.getEpoch();
                if (counted) {
                    fences.add(reply.getFenceNanos());
                }
                UnitCalls.begin(session, name, epoch);
                UnitCalls.openForWriting(writer, name, epoch);
            }
        }

        private final int keys;
        private final UnitProcess process;
        private final Fabric fabric;
        private final FabricConnection session;
        private final List<SizedRegion> regions = new ArrayList<>();

        private KeyedUnit(int keys, UnitProcess process) throws PmuException {
            this.keys = keys;
            this.process = process;
            this.fabric = Fabrics.of(process.address(), FabricOptions.defaults());
            UnitCalls calls = new UnitCalls(fabric);
            this.session = calls.connect(Hello.Purpose.SESSION);
            UnitCalls.createRegion(session, OTHER_REGION, REGION_SIZES.get(0), Level.VISIBLE);
            FabricConnection reader = null;
            for (int i = 0; i < keys; i++) {
                if (i % KEYS_PER_CONNECTION == 0) {
                    reader = calls.connect(Hello.Purpose.DATA);
                }
                UnitCalls.openForReading(reader, OTHER_REGION);
            }
            for (long sizeBytes : REGION_SIZES) {
                SizedRegion region = new SizedRegion(sizeBytes, calls.connect(Hello.Purpose.DATA));
                UnitCalls.createRegion(session, region.name, sizeBytes, Level.VISIBLE);
                region.claim(session, false);
                regions.add(region);
            }
        }

        static KeyedUnit start(Path folder, int keys) throws IOException, PmuException {
            UnitProcess process = UnitProcess.serveAnybody(
                    folder, UNIT_SIZE_BYTES, "--lease-millis", UnitProcess.LONGEST_LEASE_MILLIS);
            try {
                return new KeyedUnit(keys, process);
            } catch (PmuException | RuntimeException e) {
                process.close();
                throw e;
            }
        }

        /** Claims each region once, another one first each time; rounds before the first are not counted. */
        void claimAll(int round) throws PmuException {
            for (int i = 0; i < regions.size(); i++) {
                regions.get(Math.floorMod(i + round, regions.size())).claim(session, round >= 0);
            }
        }

        @Override
        public void close() throws IOException {
            fabric.close();
            process.close();
        }
    }
}
