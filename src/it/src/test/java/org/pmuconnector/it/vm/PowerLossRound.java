package org.pmuconnector.it.vm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * From one boot of the machine with the unit to the next.
 *
 * @param dax whether the unit's file is mapped from persistent memory itself
 * @param device by which verbs are spoken; null for iWARP
 * @param checks words for what else is tried inside: "appliance", "status"
 */
record PowerLossRound(boolean dax, String device, String checks) {

    private static final int UNIT_PORT = 4791;
    private static final String UNIT_SIZE = "384m";

    /**
     * {@code bash -c GUEST pmu JAVA JAR SIZE ADDRESS SEED CLASSES CHECKS}: makes the unit or checks it, then serves it. With
     * classes also writes to it, and ends with whichever ends first.
     */
    private static final String GUEST = """
            set -e
            java=$1 jar=$2 size=$3 listen=$4 seed=$5 classes=$6 checks=$7 unit=/mnt/pmem/unit
            java() { "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx512m "$@"; }
            pmu() { java -jar "$jar" "$@"; }
            serve() { pmu serve "$unit" --listen "$listen" --lease-millis 10000 --limit handshakeTimeoutMillis=60000 "$@"; }
            status() {
              echo power-loss | pmu status "$listen" --timeout-millis 60000 --user power-loss --password-file -
            }
            if [ -e "$unit" ]; then
              pmu check "$unit"
            else
              pmu format "$unit" --size "$size"
              echo power-loss | pmu user add "$unit" power-loss --create --password-file -
            fi
            if [ -z "$classes" ]; then
              serve
              exit
            fi
            if [[ $checks = *appliance* ]]; then
              ! serve --persistence-method appliance
            fi
            serve & server=$!
            {
              java --add-exports java.base/sun.nio.ch=ALL-UNNAMED -cp "$classes:$jar" \\
                org.pmuconnector.it.vm.LedgerProgram "$listen" "$seed" || true
              kill $server
            } &
            if [[ $checks = *status* ]]; then
              until status; do kill -0 $server; done
            fi
            wait $server
            """;

    /** Rounds with writers outside. */
    static List<PowerLossRound> overIwarp(boolean dax, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new PowerLossRound(dax, null, ""))
                .toList();
    }

    /** Rounds with writers inside, by either kind of device in turn; the first one tries what depends on the memory. */
    static List<PowerLossRound> overVerbs(boolean dax, int count) {
        String checks = dax ? "appliance status" : "status";
        return IntStream.range(0, count)
                .mapToObj(i -> new PowerLossRound(dax, i % 2 == 0 ? "rxe" : "siw", i == 0 ? checks : ""))
                .toList();
    }

    boolean isOverVerbs() {
        return device != null;
    }

    /** For a person. */
    String description() {
        return (dax ? "DAX" : "page cache") + (isOverVerbs() ? ", verbs on " + device : "");
    }

    /**
     * The machine's options and command.
     *
     * @param directory where the persistent memory is
     * @param port out here that leads to the unit, where that is served over iWARP
     */
    List<String> machine(Path directory, int port, long seed) {
        List<String> arguments = new ArrayList<>(List.of(
                "--nvdimm",
                directory.resolve("nvdimm").toString(),
                "--forward",
                port + ":" + UNIT_PORT,
                "--timeout",
                "0"));
        if (!dax) {
            arguments.add("--no-dax");
        }
        if ("siw".equals(device)) {
            arguments.add("--siw");
        }
        arguments.addAll(List.of(
                "--",
                "bash",
                "-c",
                GUEST,
                "pmu",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Path.of(System.getProperty("pmu.jar")).toAbsolutePath().toString(),
                UNIT_SIZE,
                (isOverVerbs() ? "verbs://" : "") + "10.0.2.15:" + UNIT_PORT,
                String.valueOf(seed),
                isOverVerbs() ? System.getProperty("powerloss.classes") : "",
                checks));
        return arguments;
    }
}
