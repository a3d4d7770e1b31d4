package org.pmuconnector.sample.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the demonstration is told by system properties.
 *
 * @param pmuJar {@code demo.pmuJar}: the unit's daemon
 * @param rar {@code demo.rar}: the resource adapter
 * @param war {@code demo.war}: the sample
 * @param microJar {@code demo.payaraMicroJar}: Payara Micro
 * @param workDirectory {@code demo.workDirectory}: where files are kept while it runs
 * @param orders {@code demo.orders}: a LOBSTER message file; generated orders unless given
 * @param orderCount {@code demo.orderCount}: how many orders to generate
 * @param batchSize {@code demo.batchSize}: messages in a batch
 * @param keepFiles {@code demo.keepFiles}: whether logs and unit are kept also when all went well
 * @param seed {@code demo.seed}: repeats the generated orders and the moment of the kill
 */
record DemoSettings(
        Path pmuJar,
        Path rar,
        Path war,
        Path microJar,
        Path workDirectory,
        Optional<Path> orders,
        int orderCount,
        int batchSize,
        boolean keepFiles,
        long seed) {

    private static final int DEFAULT_ORDER_COUNT = 20_000;
    private static final int DEFAULT_BATCH_SIZE = 50;

    /** @throws IllegalArgumentException naming the property that is missing or wrong */
    static DemoSettings fromSystemProperties() {
        return new DemoSettings(
                file("demo.pmuJar"),
                file("demo.rar"),
                file("demo.war"),
                file("demo.payaraMicroJar"),
                Path.of(required("demo.workDirectory")).toAbsolutePath(),
                ordersFile(),
                number("demo.orderCount", DEFAULT_ORDER_COUNT, 100, 10_000_000),
                number("demo.batchSize", DEFAULT_BATCH_SIZE, 1, 1_000),
                Boolean.getBoolean("demo.keepFiles"),
                configuredSeed());
    }

    private static Path file(String property) {
        Path file = Path.of(required(property)).toAbsolutePath().normalize();
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    property + ": there is no file " + file + "; build the project first: mvn -Pdemo verify");
        }
        return file;
    }

    /** A relative path counts from where the user stands, not from the module that Maven runs this in. */
    private static Optional<Path> ordersFile() {
        String text = System.getProperty("demo.orders", "").strip();
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Path base = Path.of(System.getProperty("demo.baseDirectory", ""));
        Path file = base.resolve(text).toAbsolutePath().normalize();
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new IllegalArgumentException("demo.orders: the file " + file + " cannot be read");
        }
        return Optional.of(file);
    }

    private static String required(String property) {
        String value = System.getProperty(property, "").strip();
        if (value.isEmpty()) {
            throw new IllegalArgumentException("system property " + property + " is missing");
        }
        return value;
    }

    private static int number(String property, int otherwise, int min, int max) {
        String text = System.getProperty(property, "").strip();
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(property + " must be an integer, found " + text, notANumber);
        }
        throw new IllegalArgumentException(property + " must be from " + min + " to " + max + ", found " + text);
    }

    private static long configuredSeed() {
        String text = System.getProperty("demo.seed", "").strip();
        try {
            return text.isEmpty() ? System.nanoTime() & 0xFFFF_FFFFL : Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("demo.seed must be an integer, found " + text, notANumber);
        }
    }
}
