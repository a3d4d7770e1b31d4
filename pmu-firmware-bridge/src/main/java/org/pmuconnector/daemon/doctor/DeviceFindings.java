package org.pmuconnector.daemon.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What is to be said about the RDMA devices: one port that connections can be made to is enough. */
final class DeviceFindings {

    private static final String SUBJECT = "device";

    /** A name that a shell takes as it is. */
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:@-]*");

    private DeviceFindings() {}

    /** What is wrong with a port, and the way out. */
    private record Defect(String text, String remedy, String command) {

        Finding of(String name, Finding.Verdict verdict) {
            return new Finding(verdict, SUBJECT, name + " " + text, remedy, command);
        }
    }

    static List<Finding> of(Host host) {
        if (host.devices().isEmpty()) {
            return List.of(Finding.problem(
                    SUBJECT,
                    "this host has no RDMA device",
                    "Load the network interface's driver, or make a device in software",
                    "modprobe rdma_rxe; rdma link add rxe0 type rxe netdev " + orPlaceholder(host.candidate())));
        }
        boolean usable = host.devices().stream()
                .flatMap(device -> device.ports().stream())
                .anyMatch(port -> defect(port).isEmpty());
        Finding.Verdict bad = usable ? Finding.Verdict.WARNING : Finding.Verdict.PROBLEM;
        List<Finding> findings = new ArrayList<>();
        for (RdmaDevice device : host.devices()) {
            if (device.ports().isEmpty()) {
                findings.add(new Defect(
                                "shows no port", "Look whether it was unplugged, and at what its driver says", "dmesg")
                        .of(device.name(), bad));
            }
            device.ports().forEach(port -> findings.add(of(device, port, bad)));
        }
        return findings;
    }

    private static Finding of(RdmaDevice device, RdmaPort port, Finding.Verdict bad) {
        String name = device.name() + " port " + port.number();
        return defect(port)
                .map(defect -> defect.of(name, bad))
                .orElseGet(() -> Finding.ok(SUBJECT, name + " is ACTIVE and speaks " + port.transport() + where(port)));
    }

    private static String where(RdmaPort port) {
        return port.addresses().isEmpty()
                ? "; which addresses it has, the kernel does not say"
                : " at " + String.join(", ", port.addresses());
    }

    private static Optional<Defect> defect(RdmaPort port) {
        if (port.transport() == RdmaTransport.OTHER) {
            return Optional.of(new Defect(
                    "speaks neither InfiniBand, RoCE nor iWARP, by which connections are made",
                    "Use another device",
                    ""));
        }
        if (!port.isActive()) {
            return Optional.of(inactive(port));
        }
        return port.addresses().isEmpty() ? withoutAddress(port) : Optional.empty();
    }

    private static Defect inactive(RdmaPort port) {
        String text = port.state().isEmpty()
                ? "does not say its state"
                : "is " + port.stateName() + " and not ACTIVE"
                        + (port.physicalState().isEmpty() ? "" : ", physically " + port.physicalStateName());
        return port.transport() == RdmaTransport.INFINIBAND
                ? new Defect(
                        text, "Look at its cable, and start a subnet manager if the fabric has none", "opensm --daemon")
                : new Defect(
                        text,
                        "Look at its cable, and bring its network interface up",
                        "ip link set " + interfaceOf(port) + " up");
    }

    private static Optional<Defect> withoutAddress(RdmaPort port) {
        String give = "ip address add ADDRESS/BITS dev " + interfaceOf(port);
        return switch (port.transport()) {
            case ROCE ->
                Optional.of(new Defect(
                        "has no IPv4 address: none of its GIDs is ::ffff:a.b.c.d, and DiSNI speaks IPv4 alone",
                        "Give its network interface one",
                        give));
            case INFINIBAND ->
                Optional.of(new Defect(
                        "has no network interface with an IPv4 address, and DiSNI finds hosts by IPv4 alone",
                        "Load IP over InfiniBand, and give its interface an address",
                        "modprobe ib_ipoib; " + give));
            default ->
                // Without an interface that is known, nothing is known of addresses either.
                port.interfaces().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Defect(
                                "has no IPv4 address, and DiSNI speaks IPv4 alone",
                                "Give its network interface one",
                                give));
        };
    }

    private static String interfaceOf(RdmaPort port) {
        return orPlaceholder(
                port.interfaces().isEmpty() ? "" : port.interfaces().get(0).name());
    }

    private static String orPlaceholder(String networkInterface) {
        return PLAIN_NAME.matcher(networkInterface).matches() ? networkInterface : "INTERFACE";
    }
}
