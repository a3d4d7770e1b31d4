package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.pmuconnector.model.UnitLimit;
import org.pmuconnector.model.UnitLimits;
import org.pmuconnector.pmu.nic.NicOptions;
import picocli.CommandLine.Option;

/** The limits that an operator may set. */
final class LimitOptions {

    private static final String HANDSHAKE = "handshakeTimeoutMillis";
    private static final String STALL = "stallTimeoutMillis";

    @Option(
            names = "--limit",
            paramLabel = "NAME=N",
            description = "Sets a limit; may be given several times. '--limits' lists them.")
    private Map<String, Integer> given = new LinkedHashMap<>();

    @Option(names = "--limits", description = "List the limits, with their defaults, ranges and reasons, and end.")
    private boolean listWanted;

    /** One limit as it is shown. */
    record Shown(String name, int standard, int least, int most, String reason) {}

    boolean isListWanted() {
        return listWanted;
    }

    /** All of them. */
    static List<Shown> all() {
        List<Shown> shown = new ArrayList<>();
        for (UnitLimit limit : UnitLimit.values()) {
            shown.add(new Shown(limit.label(), limit.standard(), limit.least(), limit.most(), limit.reason()));
        }
        NicOptions standard = NicOptions.defaults();
        shown.add(new Shown(
                HANDSHAKE,
                standard.handshakeTimeoutMillis(),
                1,
                NicOptions.MAX_TIMEOUT_MILLIS,
                "from the TCP connection, through TLS and MPA start-up, to the first control request that succeeds: a "
                        + "silent peer holds no place for longer"));
        shown.add(new Shown(
                STALL,
                standard.stallTimeoutMillis(),
                1,
                NicOptions.MAX_TIMEOUT_MILLIS,
                "how long a frame may take to arrive once it has begun, and how long a peer may leave what it is sent "
                        + "untaken"));
        return shown;
    }

    void list(PrintWriter out) {
        Table table = new Table("limit", "default", "least", "most", "what and why");
        all().forEach(limit -> table.add(limit.name(), limit.standard(), limit.least(), limit.most(), limit.reason()));
        table.print(out, false);
        out.flush();
    }

    /**
     * The unit's.
     *
     * @throws IllegalArgumentException for an unknown name or a value out of range
     */
    UnitLimits unitLimits() {
        UnitLimits limits = UnitLimits.DEFAULT;
        for (Map.Entry<String, Integer> entry : given.entrySet()) {
            requireKnown(entry.getKey());
            for (UnitLimit limit : UnitLimit.values()) {
                if (limit.label().equals(entry.getKey())) {
                    limits = limits.with(limit, entry.getValue());
                }
            }
        }
        return limits;
    }

    private static void requireKnown(String name) {
        if (all().stream().noneMatch(limit -> limit.name().equals(name))) {
            throw new IllegalArgumentException("there is no limit '" + name + "'; there are "
                    + String.join(", ", all().stream().map(Shown::name).toList()));
        }
    }

    /**
     * The network interface's, and the unit's as it has to know them.
     *
     * @throws IllegalArgumentException as {@link #unitLimits}
     */
    NicOptions applyTo(NicOptions options) {
        return options.withLimits(unitLimits())
                .withTimeouts(
                        given.getOrDefault(HANDSHAKE, options.handshakeTimeoutMillis()),
                        given.getOrDefault(STALL, options.stallTimeoutMillis()));
    }
}
