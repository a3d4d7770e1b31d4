package org.pmuconnector.daemon.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A folder with what a Linux host has in /sys, /proc, /dev, /etc and /usr, complete until something is taken away. */
public final class FakeHost {

    private static final VerbsLibrary LOADED = new VerbsLibrary("bundled for linux-x86_64", 32, "", "");
    private static final String NO_GID = "0000:0000:0000:0000:0000:0000:0000:0000";

    private final Path root;
    private final Map<String, List<String>> addresses = new HashMap<>();
    private VerbsLibrary library = LOADED;

    /** A host with all that verbs need but a device. */
    public FakeHost(Path root) throws IOException {
        this.root = root;
        file("/proc/sys/kernel/osrelease", "6.1.0-56-amd64\n");
        file("/proc/modules", """
                rdma_rxe 135168 0 - Live 0xffffffffc080c000
                rdma_ucm 32768 0 - Live 0xffffffffc07e4000
                ib_uverbs 172032 2 rdma_rxe,rdma_ucm, Live 0xffffffffc07b9000
                """);
        limits("unlimited", "20000");
        file("/proc/self/status", "Name:\tjava\nCapEff:\t0000000000000000\n");
        file("/proc/self/mountinfo", "30 1 0:25 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n");
        file("/dev/infiniband/rdma_cm", "");
        file("/usr/lib/x86_64-linux-gnu/librdmacm.so.1", "");
        file("/usr/lib/x86_64-linux-gnu/libibverbs.so.1", "");
        file("/usr/lib/x86_64-linux-gnu/libibverbs/librxe-rdmav34.so", "");
        file("/etc/libibverbs.d/rxe.driver", "driver rxe\n");
        file("/etc/libibverbs.d/siw.driver", "driver siw\n"); // Without its library.
        networkInterface("lo", "00:00:00:00:00:00", "unknown");
        networkInterface("eth0", "52:54:00:12:34:56", "up", "10.0.2.15");
    }

    /** A file with this text; the folders are made. */
    public FakeHost file(String path, String text) throws IOException {
        Path file = at(path);
        Files.createDirectories(file.getParent());
        Files.write(file, text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    Path at(String path) {
        return root.resolve(path.substring(1));
    }

    FakeHost link(String path, String target) throws IOException {
        Files.createDirectories(at(path).getParent());
        Files.createSymbolicLink(at(path), Path.of(target));
        return this;
    }

    /** Takes a file away. */
    public FakeHost without(String path) throws IOException {
        Files.delete(at(path));
        return this;
    }

    /** Puts a folder where there was a file, which root cannot read either. */
    FakeHost unreadable(String path) throws IOException {
        Files.deleteIfExists(at(path));
        Files.createDirectories(at(path));
        return this;
    }

    FakeHost networkInterface(String name, String mac, String state, String... ipv4) throws IOException {
        addresses.put(name, List.of(ipv4));
        return file("/sys/class/net/" + name + "/address", mac + "\n")
                .file("/sys/class/net/" + name + "/operstate", state + "\n");
    }

    /** Limits of the process. */
    public FakeHost limits(String lockedMemoryBytes, String openFiles) throws IOException {
        return file(
                "/proc/self/limits",
                "Limit                     Soft Limit           Hard Limit           Units     \n"
                        + "Max open files            " + openFiles + "                20000                files     \n"
                        + "Max locked memory         " + lockedMemoryBytes
                        + "              unlimited            bytes\n"
                        + "Max nice priority         0                    0                    \n");
    }

    FakeHost library(VerbsLibrary other) {
        library = other;
        return this;
    }

    /** Soft-RoCE, as Linux 6.1 shows it. */
    public FakeHost rxe(String name) throws IOException {
        device(name, "1: CA", "4: ACTIVE", "Ethernet").file(device(name) + "/parent", "eth0\n");
        return gid(name, 0, "fe80:0000:0000:0000:5054:00ff:fe12:3456", "RoCE v2", "eth0")
                .gid(name, 1, "0000:0000:0000:0000:0000:ffff:0a00:020f", "RoCE v2", "eth0")
                .file(port(name) + "/gids/2", NO_GID + "\n");
    }

    /** Soft-iWARP, as Linux 6.1 shows it: no name of an interface anywhere. */
    FakeHost siw(String name) throws IOException {
        device(name, "4: RNIC", "4: ACTIVE", "Ethernet").file(device(name) + "/node_desc", "Software iWARP stack\n");
        return gid(name, 0, "5254:0012:3456:0000:0000:0000:0000:0000", "IB/RoCE v1", "");
    }

    FakeHost device(String name, String nodeType, String state, String linkLayer) throws IOException {
        return file(device(name) + "/node_type", nodeType + "\n")
                .file(device(name) + "/node_desc", "rxe\n")
                .file(device(name) + "/fw_ver", "\n")
                .file(port(name) + "/state", state + "\n")
                .file(port(name) + "/phys_state", state.startsWith("4") ? "5: LinkUp\n" : "3: Disabled\n")
                .file(port(name) + "/link_layer", linkLayer + "\n")
                .file(port(name) + "/rate", "2.5 Gb/sec (1X SDR)\n")
                .file("/dev/infiniband/uverbs" + name.charAt(name.length() - 1), "");
    }

    FakeHost gid(String device, int index, String gid, String type, String networkInterface) throws IOException {
        return file(port(device) + "/gids/" + index, gid + "\n")
                .file(port(device) + "/gid_attrs/types/" + index, type + "\n")
                .file(port(device) + "/gid_attrs/ndevs/" + index, networkInterface + "\n");
    }

    static String device(String name) {
        return "/sys/class/infiniband/" + name;
    }

    static String port(String device) {
        return device(device) + "/ports/1";
    }

    /** Reads it. */
    public HostReader reader() {
        return new HostReader(root, name -> addresses.getOrDefault(name, List.of()), withManager -> library);
    }

    Host read() {
        return reader().read(Optional.empty());
    }

    Diagnosis diagnosis() {
        return Diagnosis.of(read());
    }

    /** The one finding about something. */
    Finding finding(String subject) {
        return finding(diagnosis(), subject);
    }

    /** The finding about a unit at a path. */
    Finding findingOfPlace(String path) {
        return finding(Diagnosis.of(reader().read(Optional.of(Path.of(path)))), "unit");
    }

    private static Finding finding(Diagnosis diagnosis, String subject) {
        List<Finding> found = diagnosis.findings().stream()
                .filter(finding -> finding.subject().equals(subject))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " findings about " + subject + ": " + diagnosis);
        }
        return found.get(0);
    }
}
