package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.memory.Pinning;
import org.pmuconnector.pmu.nic.DeviceNic;
import org.pmuconnector.pmu.nic.DeviceNicProvider;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.pmu.nic.iwarp.IwarpNic;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;
import org.pmuconnector.tls.ServerTls;

/**
 * The network interfaces that a unit is served at. Those at RDMA devices take their addresses before the unit is opened:
 * which memory it can be in depends on what its devices accept. One thread at a time.
 */
final class NetworkInterfaces implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(NetworkInterfaces.class.getName());

    private final List<ListenAddress> addresses;
    private final NicOptions options;
    private final ServerTls tls;
    private final PersistenceMethod method;

    /** Until they are in front of a unit. */
    private final Map<ListenAddress, DeviceNic> devices = new LinkedHashMap<>();

    private NetworkInterfaces(
            List<ListenAddress> addresses, NicOptions options, ServerTls tls, PersistenceMethod method) {
        this.addresses = List.copyOf(addresses);
        this.options = options;
        this.tls = tls;
        this.method = method;
    }

    /**
     * Takes the addresses that are devices'.
     *
     * @param tls null if none of the addresses is encrypted
     * @throws PmuException {@code BAD_CONFIGURATION}, {@code VERBS_NOT_AVAILABLE}
     */
    static NetworkInterfaces bind(
            List<ListenAddress> addresses, NicOptions options, ServerTls tls, PersistenceMethod method)
            throws PmuException {
        NetworkInterfaces all = new NetworkInterfaces(addresses, options, tls, method);
        if (method == PersistenceMethod.APPLIANCE && !addresses.stream().allMatch(ListenAddress::verbs)) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "the appliance method is for RDMA devices alone: with it every --listen address is verbs://HOST:PORT");
        }
        try {
            for (ListenAddress address : addresses) {
                if (address.verbs()) {
                    all.devices.put(address, DeviceNicProvider.verbs(address.resolve(), options));
                }
            }
            return all;
        } catch (PmuException | RuntimeException e) {
            all.close();
            throw e;
        }
    }

    /** What all devices accept to be pinned. */
    Pinning pinning() throws PmuException {
        if (devices.isEmpty()) {
            return Pinning.NOT_WANTED;
        }
        List<Pinning> each = new ArrayList<>();
        for (DeviceNic device : devices.values()) {
            each.add(device.pinning());
        }
        return buffer -> refusal(each, buffer);
    }

    private static Optional<String> refusal(List<Pinning> each, ByteBuffer buffer) {
        return each.stream()
                .map(pinning -> pinning.refusal(buffer))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Puts them in front of the unit, which takes them down from then on, and says where each listens. */
    void serve(ServedUnit served, PrintWriter out) throws PmuException {
        for (ListenAddress address : addresses) {
            InetSocketAddress at = address.verbs() ? serveDevice(address, served) : listen(address, served);
            if (!address.tls() && !at.getAddress().isLoopbackAddress()) {
                LOG.log(
                        Level.WARNING,
                        "{0} is not encrypted: whoever is on the way can read and change what is sent; use iwarps://",
                        address);
            }
            out.println("listening on " + address.withPort(at.getPort()));
        }
    }

    private InetSocketAddress serveDevice(ListenAddress address, ServedUnit served) throws PmuException {
        DeviceNic nic = devices.get(address);
        nic.serve(served.unit().deviceMemory(), served.unit().control(), method == PersistenceMethod.APPLIANCE);
        devices.remove(address);
        served.inFront(nic::close);
        return nic.localAddress();
    }

    private InetSocketAddress listen(ListenAddress address, ServedUnit served) throws PmuException {
        IwarpNicOptions plain = IwarpNicOptions.of(options);
        IwarpNic nic = IwarpNic.listen(
                address.resolve(),
                served.unit().memory(),
                served.unit().control(),
                address.tls() ? plain.withTls(tls) : plain);
        served.inFront(nic::close);
        return nic.localAddress();
    }

    /** Gives up the addresses of those that are in front of no unit. */
    @Override
    public void close() {
        devices.values().forEach(DeviceNic::close);
        devices.clear();
    }
}
