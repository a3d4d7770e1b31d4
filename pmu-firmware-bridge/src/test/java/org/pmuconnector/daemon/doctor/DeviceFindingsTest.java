package org.pmuconnector.daemon.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pmuconnector.daemon.doctor.Finding.Verdict;

class DeviceFindingsTest {

    @TempDir
    private Path root;

    private FakeHost host;

    @BeforeEach
    void make() throws IOException {
        host = new FakeHost(root);
    }

    private List<Finding> deviceFindings() {
        return host.diagnosis().findings().stream()
                .filter(finding -> finding.subject().equals("device"))
                .toList();
    }

    @Test
    void host_withoutDevice_saysHowToMakeOne() {
        Finding finding = host.finding("device");

        assertThat(finding.verdict()).isEqualTo(Verdict.PROBLEM);
        assertThat(finding.text()).isEqualTo("this host has no RDMA device");
        assertThat(finding.command()).isEqualTo("modprobe rdma_rxe; rdma link add rxe0 type rxe netdev eth0");
        assertThat(host.diagnosis().isUsable()).isFalse();
    }

    @Test
    void host_withInterfacesOfSoftwareAndHardware_proposesTheHardwares() throws Exception {
        host.networkInterface("docker0", "02:42:00:00:00:01", "up").file("/sys/class/net/eth0/device/vendor", "0x8086");

        assertThat(host.finding("device").command()).endsWith("netdev eth0");
    }

    @Test
    void host_whoseInterfaceHasAHostileName_proposesNoneByName() throws Exception {
        host.networkInterface("eth0", "52:54:00:12:34:56", "down")
                .networkInterface("a;reboot", "52:54:00:12:34:57", "up");

        assertThat(host.finding("device").command()).endsWith("netdev INTERFACE");
    }

    @Test
    void roce_activeWithIpv4_isUsable() throws Exception {
        Finding finding = host.rxe("rxe0").finding("device");

        assertThat(finding).isEqualTo(Finding.ok("device", "rxe0 port 1 is ACTIVE and speaks RoCE at 10.0.2.15"));
        assertThat(host.diagnosis().isUsable()).isTrue();
        assertThat(host.diagnosis().count(Verdict.WARNING)).isZero();
    }

    @Test
    void roce_read_isAllThatTheKernelSays() throws Exception {
        host.rxe("rxe0")
                .file(FakeHost.device("rxe0") + "/fw_ver", "20.31\n")
                .link(FakeHost.device("rxe0") + "/device/driver", "../../bus/pci/drivers/mlx5_core");

        assertThat(host.read().devices())
                .containsExactly(new RdmaDevice(
                        "rxe0",
                        "1: CA",
                        "mlx5_core",
                        "20.31",
                        List.of(new RdmaPort(
                                "1",
                                RdmaTransport.ROCE,
                                "4: ACTIVE",
                                "5: LinkUp",
                                "Ethernet",
                                "2.5 Gb/sec (1X SDR)",
                                List.of(new PortInterface("eth0", List.of("10.0.2.15"))),
                                List.of(
                                        new Gid("0", "fe80:0000:0000:0000:5054:00ff:fe12:3456", "RoCE v2", "eth0"),
                                        new Gid("1", "0000:0000:0000:0000:0000:ffff:0a00:020f", "RoCE v2", "eth0"))))));
    }

    @Test
    void roce_withoutIpv4Gid_isAProblem() throws Exception {
        Finding finding =
                host.rxe("rxe0").without(FakeHost.port("rxe0") + "/gids/1").finding("device");

        assertThat(finding.verdict()).isEqualTo(Verdict.PROBLEM);
        assertThat(finding.text()).startsWith("rxe0 port 1 has no IPv4 address").contains("::ffff:a.b.c.d");
        assertThat(finding.command()).isEqualTo("ip address add ADDRESS/BITS dev eth0");
    }

    @Test
    void port_down_isAProblem() throws Exception {
        host.rxe("rxe0").device("rxe0", "1: CA", "1: DOWN", "Ethernet");

        assertThat(host.finding("device"))
                .isEqualTo(Finding.problem(
                        "device",
                        "rxe0 port 1 is DOWN and not ACTIVE, physically Disabled",
                        "Look at its cable, and bring its network interface up",
                        "ip link set eth0 up"));
    }

    @Test
    void port_downBesideOneThatWorks_isAWarning() throws Exception {
        host.rxe("rxe0").rxe("rxe1").device("rxe0", "1: CA", "1: DOWN", "Ethernet");

        assertThat(deviceFindings()).extracting(Finding::verdict).containsExactly(Verdict.OK, Verdict.WARNING);
        assertThat(host.diagnosis().isUsable()).isTrue();
    }

    @Test
    void iwarp_whoseInterfaceIsKnownByItsMac_isUsable() throws Exception {
        Finding finding = host.siw("siw0").finding("device");

        assertThat(finding).isEqualTo(Finding.ok("device", "siw0 port 1 is ACTIVE and speaks iWARP at 10.0.2.15"));
        assertThat(host.read().devices().get(0).driver()).isEqualTo("Software iWARP stack");
        assertThat(host.read().devices().get(0).ports().get(0).gids().get(0).type())
                .isEmpty();
    }

    @Test
    void iwarp_whoseInterfaceHasNoAddress_isAProblem() throws Exception {
        host.siw("siw0").networkInterface("eth0", "52:54:00:12:34:56", "up");

        assertThat(host.finding("device"))
                .isEqualTo(Finding.problem(
                        "device",
                        "siw0 port 1 has no IPv4 address, and DiSNI speaks IPv4 alone",
                        "Give its network interface one",
                        "ip address add ADDRESS/BITS dev eth0"));
    }

    @Test
    void iwarp_whoseInterfaceIsUnknown_isUsableAndSaysWhatItDoesNotKnow() throws Exception {
        Finding finding =
                host.siw("siw0").without(FakeHost.port("siw0") + "/gids/0").finding("device");

        assertThat(finding.verdict()).isEqualTo(Verdict.OK);
        assertThat(finding.text()).contains("the kernel does not say");
    }

    @Test
    void infiniband_withoutSubnetManager_isAProblem() throws Exception {
        host.device("mlx5_0", "1: CA", "2: INIT", "InfiniBand");

        Finding finding = host.finding("device");
        assertThat(finding.verdict()).isEqualTo(Verdict.PROBLEM);
        assertThat(finding.text()).contains("mlx5_0 port 1 is INIT");
        assertThat(finding.command()).isEqualTo("opensm --daemon");
    }

    @Test
    void infiniband_withoutAndWithIpInterface_isAProblemAndUsable() throws Exception {
        host.device("mlx5_0", "1: CA", "4: ACTIVE", "InfiniBand")
                .gid("mlx5_0", 0, "fe80:0000:0000:0000:b8ce:f603:0012:3456", "IB/RoCE v1", "");

        assertThat(host.finding("device").verdict()).isEqualTo(Verdict.PROBLEM);
        assertThat(host.finding("device").command()).startsWith("modprobe ib_ipoib; ip address add");

        host.networkInterface("ib0", "80:00:00:48", "up", "192.168.7.1")
                .file(FakeHost.device("mlx5_0") + "/device/net/ib0/mtu", "2044");
        assertThat(host.finding("device").text())
                .isEqualTo("mlx5_0 port 1 is ACTIVE and speaks InfiniBand at 192.168.7.1");
    }

    @Test
    void device_ofAnotherKind_isAProblem() throws Exception {
        Finding finding = host.device("efa_0", "7: unspecified", "4: ACTIVE", "Unspecified")
                .finding("device");

        assertThat(finding.verdict()).isEqualTo(Verdict.PROBLEM);
        assertThat(finding.text()).contains("efa_0 port 1 speaks neither");
    }

    @Test
    void device_thatVanishesWhileItIsRead_isAProblem() throws Exception {
        host.link(FakeHost.device("mlx5_0"), "../../devices/gone");
        assertThat(host.finding("device").text()).isEqualTo("mlx5_0 shows no port");

        host.rxe("rxe0").unreadable(FakeHost.port("rxe0") + "/state").unreadable(FakeHost.port("rxe0") + "/phys_state");
        assertThat(deviceFindings())
                .extracting(Finding::text)
                .containsExactly("mlx5_0 shows no port", "rxe0 port 1 does not say its state");
        assertThat(host.diagnosis().isUsable()).isFalse();
    }
}
