package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.firmware.BridgeSession;
import org.pmuconnector.pmu.firmware.FirmwareBridge;
import org.pmuconnector.pmu.firmware.ManagerProof;
import org.pmuconnector.pmu.firmware.TableBatch;
import org.pmuconnector.pmu.firmware.UnitFile;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.protection.KeyBinding;
import org.pmuconnector.pmu.protection.Right;
import org.pmuconnector.pmu.translation.Extent;
import org.pmuconnector.pmu.translation.Mapping;
import org.pmuconnector.pmu.translation.VirtualAddress;

/**
 * What one access costs at the unit, apart from the network: look the key up, check it, enter it, translate the address,
 * copy 8 bytes, leave; with few and with many regions and keys. With {@code active} keys in use, as with that many busy
 * connections, only the tables' size differs; with all in use, what also differs is how much of them fits into the
 * processor's caches. The main method prints the ratios.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar org.pmuconnector.benchmarks.TableLookupBenchmark
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TableLookupBenchmark {

    private static final int FEW = 10;
    private static final int MANY = 10_000;
    private static final int REGION_BYTES = 64;
    private static final long UNIT_BYTES = 64L << 30;
    private static final long DOMAIN = 7;
    private static final int CHOICES = 1 << 14;

    /** Regions that are mapped, each with one key bound. */
    @Param({"10", "10000"})
    public int entries;

    /** Of these the keys that are used, at random. */
    @Param({"10", "all"})
    public String active;

    private final ByteBuffer sink = ByteBuffer.allocate(Long.BYTES);
    private Path directory;
    private UnitFile file;
    private FirmwareBridge bridge;
    private int[] keys;
    private int[] choices;
    private int next;

    /** A real unit in a sparse file, and its tables filled. */
    @Setup
    public void fill() throws IOException, GeneralSecurityException, PmuException {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        directory = Files.createTempDirectory("pmu-benchmark");
        UnitFile.format(directory.resolve("unit"), UNIT_BYTES, pair.getPublic());
        file = UnitFile.open(directory.resolve("unit"));
        Random random = new Random(1);
        bridge = FirmwareBridge.start(file.memory(), "unit", 16_384, random);
        ManagerProof challenge = bridge.challenge();
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(challenge.message());
        BridgeSession session = bridge.authenticate(challenge, signer.sign());
        TableBatch batch = new TableBatch();
        for (int slot = 0; slot < entries; slot++) {
            long place = session.superblock().dataOffset() + (long) slot * REGION_BYTES;
            batch.map(slot, new Mapping(List.of(new Extent(0, place, REGION_BYTES))));
            batch.bind(new KeyBinding(DOMAIN, VirtualAddress.base(slot), REGION_BYTES, EnumSet.of(Right.READ), 1));
        }
        keys = session.apply(batch).stream().mapToInt(Integer::intValue).toArray();
        int used = active.equals("all") ? entries : Math.min(entries, Integer.parseInt(active));
        choices = random.ints(CHOICES, 0, used).toArray();
    }

    /** Nothing is left. */
    @TearDown
    public void remove() throws IOException, PmuException {
        bridge.close();
        file.close();
        Files.delete(directory.resolve("unit"));
        Files.delete(directory);
    }

    /** One read of 8 bytes through both tables. */
    @Benchmark
    public long fetch() throws ProtectionFaultException {
        int slot = choices[next++ & CHOICES - 1];
        bridge.fetch(DOMAIN, keys[slot], VirtualAddress.base(slot), sink.clear());
        return sink.getLong(0);
    }

    /** Runs all and prints what many cost as a multiple of what few cost. */
    public static void main(String[] args) throws RunnerException {
        Map<String, Double> nanos = new TreeMap<>();
        for (RunResult run : new Runner(new OptionsBuilder()
                        .include(TableLookupBenchmark.class.getSimpleName())
                        .build())
                .run()) {
            nanos.put(
                    run.getParams().getParam("active") + "/" + run.getParams().getParam("entries"),
                    run.getPrimaryResult().getScore());
        }
        for (String active : List.of("10", "all")) {
            double few = nanos.get(active + "/" + FEW);
            double many = nanos.get(active + "/" + MANY);
            System.out.printf(
                    Locale.ROOT,
                    "active=%s few=%d fewNanos=%.1f many=%d manyNanos=%.1f ratio=%.2f%n",
                    active,
                    FEW,
                    few,
                    MANY,
                    many,
                    many / few);
        }
    }
}
