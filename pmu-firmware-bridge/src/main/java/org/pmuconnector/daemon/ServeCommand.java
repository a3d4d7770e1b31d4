package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.pmuconnector.daemon.metrics.MetricsEndpoint;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.memory.MemoryChoice;
import org.pmuconnector.pmu.memory.MemoryKind;
import org.pmuconnector.pmu.nic.NicOptions;
import org.pmuconnector.pmu.users.UsersFile;
import org.pmuconnector.tls.ServerTls;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Serves a unit until the process is told to end. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        versionProvider = PmuVersion.class,
        showDefaultValues = true,
        description = {
            "Serves a unit over iWARP or RDMA verbs until it gets SIGTERM or SIGINT.",
            "Prints a line for each address, 'listening on [SCHEME://]HOST:PORT', when it is ready."
        })
final class ServeCommand implements Callable<Integer> {

    @Parameters(paramLabel = "PATH", arity = "0..1", description = "The unit's file.")
    private Path path;

    @Option(
            names = "--listen",
            paramLabel = "[SCHEME://]HOST:PORT",
            defaultValue = "127.0.0.1:4791",
            description = "Where to listen; port 0 for any free one. With iwarps:// before it streams are encrypted, "
                    + "TLS 1.3; with verbs:// it is the address of an RDMA device. May be given several times.")
    private List<ListenAddress> listen;

    @Mixin
    private ServeTlsOptions tlsOptions;

    @Option(
            names = "--memory",
            paramLabel = "KIND",
            defaultValue = "auto",
            description = "What to use the file as: 'file' (page cache, written through on demand), 'dax' (persistent "
                    + "memory itself), 'pinned' (tmpfs or hugetlbfs: gone with the power), or 'auto' for what its "
                    + "file system offers. A kind that it does not offer is refused. Where an RDMA device cannot be "
                    + "given it, pinned staging memory stands in front of it.")
    private MemoryKind memory;

    @Option(
            names = "--persistence-method",
            paramLabel = "METHOD",
            defaultValue = "general-purpose",
            description = "How what an RDMA device has written becomes persistent: 'general-purpose' (the unit's "
                    + "processor does it when asked to), or 'appliance' (by being read back: only on persistent memory "
                    + "that the device writes to directly).")
    private PersistenceMethod method;

    @Mixin
    private ManagerOptions manager;

    @Option(
            names = "--poll-micros",
            paramLabel = "N",
            defaultValue = "50",
            description = "How long a connection's thread polls before it blocks, 0 to 1000: polling makes a round "
                    + "trip shorter and costs processor time.")
    private int pollMicros;

    @Mixin
    private LimitOptions limits;

    @Option(
            names = "--bridge-listen",
            paramLabel = "HOST:PORT",
            description =
                    "Serve without a manager, and listen there for one in a process of its own ('pmu manage'), on "
                            + "the loopback interface; port 0 for any free one. Clients are refused until a manager has proved "
                            + "itself.")
    private ListenAddress bridge;

    @Option(
            names = "--metrics",
            paramLabel = "HOST:PORT",
            description = "Also answer GET /metrics there over HTTP, as OpenMetrics; port 0 for any free one. Whoever "
                    + "reaches it may read: keep it inside.")
    private ListenAddress metrics;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws PmuException, InterruptedException {
        if (limits.isListWanted()) {
            limits.list(spec.commandLine().getOut());
            return 0;
        }
        if (path == null) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'PATH'");
        }
        UnitOptions options = manager.unitOptions(limits::unitLimits);
        NicOptions nicOptions = nicOptions();
        ServerTls tls = tlsOptions.forUse(listen.stream().anyMatch(ListenAddress::tls));
        for (ListenAddress address : listen) {
            refuseAnybody(address);
        }
        try (NetworkInterfaces interfaces = NetworkInterfaces.bind(listen, nicOptions, tls, method)) {
            serve(interfaces, options);
        }
        return 0;
    }

    private void serve(NetworkInterfaces interfaces, UnitOptions options) throws PmuException, InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        ServedUnit served = ServedUnit.open(
                path,
                new MemoryChoice(memory, interfaces.pinning()),
                bridge == null ? null : bridge.resolve(),
                options);
        PrintWriter out = spec.commandLine().getOut();
        try {
            requireSomebody();
            if (bridge != null) {
                int port = served.unit().bridgeAddress().getPort();
                spec.commandLine().getOut().println("bridge at " + bridge.withPort(port));
            }
            serveMetrics(served);
            interfaces.serve(served, out);
        } catch (PmuException | RuntimeException e) {
            served.close();
            throw e;
        }
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            served.close();
                            stopped.countDown();
                        },
                        "pmu-shutdown"));
        out.flush();
        stopped.await();
    }

    private void serveMetrics(ServedUnit served) throws PmuException {
        if (metrics == null) {
            return;
        }
        if (metrics.tls() || metrics.verbs()) {
            throw new ParameterException(spec.commandLine(), "--metrics is HOST:PORT, without TLS or verbs");
        }
        MetricsEndpoint endpoint = MetricsEndpoint.listen(metrics.resolve(), served.unit());
        served.inFront(endpoint::close);
        spec.commandLine().getOut().println("metrics at http://" + metrics.withPort(endpoint.port()) + "/metrics");
    }

    private NicOptions nicOptions() {
        try {
            return limits.applyTo(NicOptions.defaults().withPollMicros(pollMicros));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** A unit that would let in anybody from anywhere is not served. */
    private void refuseAnybody(ListenAddress at) throws PmuException {
        InetSocketAddress address = at.resolve();
        if (manager.isAnonymousAllowed()
                && !address.isUnresolved()
                && !address.getAddress().isLoopbackAddress()) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "refusing --allow-anonymous on " + at
                            + ", which other hosts can reach; listen on 127.0.0.1, or add users with 'pmu user add "
                            + path
                            + " NAME' and leave it out");
        }
    }

    /** A unit that would let in nobody is not served. */
    private void requireSomebody() throws PmuException {
        UsersFile users = new UsersFile(path);
        if (bridge == null && !manager.isAnonymousAllowed() && users.load().isEmpty()) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "nobody could log in: there are no users in " + users.path() + "; add one with 'pmu user add "
                            + path + " NAME', or give --allow-anonymous to let in whoever is on this host");
        }
    }
}
