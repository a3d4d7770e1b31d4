package org.pmuconnector.daemon.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Reads what {@code /sys/class/infiniband} says. */
final class RdmaDeviceReader {

    private static final String DEVICES = "/sys/class/infiniband/";
    private static final String INTERFACES = "/sys/class/net/";
    private static final int MAC_DIGITS = 12;

    private final HostFiles files;
    private final Function<String, List<String>> addresses;

    /**
     * A reader.
     *
     * @param addresses the IPv4 addresses of a network interface, none for one that is not there
     */
    RdmaDeviceReader(HostFiles files, Function<String, List<String>> addresses) {
        this.files = files;
        this.addresses = addresses;
    }

    List<RdmaDevice> readAll() {
        return files.names(DEVICES).stream().map(this::read).toList();
    }

    private RdmaDevice read(String name) {
        String device = DEVICES + name;
        String nodeType = files.line(device + "/node_type");
        String driver = files.linkedName(device + "/device/driver");
        return new RdmaDevice(
                name,
                nodeType,
                driver.isEmpty() ? files.line(device + "/node_desc") : driver,
                files.line(device + "/fw_ver"),
                files.names(device + "/ports").stream()
                        .map(number -> readPort(device, nodeType, number))
                        .toList());
    }

    private RdmaPort readPort(String device, String nodeType, String number) {
        String port = device + "/ports/" + number;
        String linkLayer = files.line(port + "/link_layer");
        RdmaTransport transport = RdmaTransport.of(nodeType, linkLayer);
        List<Gid> gids = readGids(port, transport);
        return new RdmaPort(
                number,
                transport,
                files.line(port + "/state"),
                files.line(port + "/phys_state"),
                linkLayer,
                files.line(port + "/rate"),
                interfaces(device, transport, gids).stream()
                        .map(name -> new PortInterface(name, addresses.apply(name)))
                        .toList(),
                gids);
    }

    private List<Gid> readGids(String port, RdmaTransport transport) {
        List<Gid> gids = new ArrayList<>();
        for (String index : files.names(port + "/gids")) {
            Gid bare = new Gid(index, files.line(port + "/gids/" + index), "", "");
            if (!bare.isZero()) {
                // The kernel gives iWARP's a type of the others.
                String type = transport == RdmaTransport.IWARP ? "" : files.line(port + "/gid_attrs/types/" + index);
                gids.add(new Gid(index, bare.text(), type, files.line(port + "/gid_attrs/ndevs/" + index)));
            }
        }
        return List.copyOf(gids);
    }

    /** By the first that says so: the GIDs, a software device's parent, the hardware's interfaces, the MAC address. */
    private List<String> interfaces(String device, RdmaTransport transport, List<Gid> gids) {
        List<String> named = gids.stream()
                .map(Gid::networkInterface)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
        if (!named.isEmpty()) {
            return named;
        }
        String parent = files.line(device + "/parent");
        if (!parent.isEmpty()) {
            return List.of(parent);
        }
        List<String> hardware = files.names(device + "/device/net");
        return hardware.isEmpty() && transport == RdmaTransport.IWARP ? withMacOf(gids) : hardware;
    }

    /** iWARP's one GID is the interface's MAC address, with zeros behind. */
    private List<String> withMacOf(List<Gid> gids) {
        if (gids.isEmpty()) {
            return List.of();
        }
        String digits = gids.get(0).text().replace(":", "");
        return files.names(INTERFACES).stream()
                .filter(name -> {
                    String mac = files.line(INTERFACES + name + "/address").replace(":", "");
                    return mac.length() == MAC_DIGITS && digits.startsWith(mac.toLowerCase(Locale.ROOT));
                })
                .toList();
    }

    /** An interface that a software device could be put on: in use, and rather of hardware; empty if there is none. */
    String candidate() {
        List<String> up = files.names(INTERFACES).stream()
                .filter(name -> files.line(INTERFACES + name + "/operstate").equals("up"))
                .toList();
        return up.stream()
                .filter(name -> files.exists(INTERFACES + name + "/device"))
                .findFirst()
                .orElse(up.isEmpty() ? "" : up.get(0));
    }
}
