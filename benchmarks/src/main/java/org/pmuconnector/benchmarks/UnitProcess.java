package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.pmu.users.UsersFile;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.ScramVerifier;

/** A unit that {@code pmu serve} serves in a process of its own, in a folder of its own, with one user. */
final class UnitProcess implements AutoCloseable {

    private static final long SIZE_BYTES = 128L << 20;

    /** Nothing renews the lease while something is measured. */
    static final String LONGEST_LEASE_MILLIS = "600000";

    private static final String USER = "benchmark";

    /** What DiSNI needs. */
    private static final List<String> MACHINE_OPTIONS = List.of("--add-exports", "java.base/sun.nio.ch=ALL-UNNAMED");

    private final Path folder;
    private final UnitAddress address;
    private final Credentials credentials;
    private final ChildProcess process;

    private UnitProcess(Path folder, UnitAddress address, Credentials credentials, ChildProcess process) {
        this.folder = folder;
        this.address = address;
        this.credentials = credentials;
        this.process = process;
    }

    /**
     * Makes and serves a unit.
     *
     * @param parent what the unit's folder is made in
     * @param listen how and on which address of this machine; its port does not count
     */
    static UnitProcess serve(Path parent, UnitAddress listen, int pollMicros) throws IOException, PmuException {
        UnitAddress address = new UnitAddress(listen.transport(), listen.host(), freePort(listen.host()), null);
        List<String> options =
                List.of("--poll-micros", Integer.toString(pollMicros), "--lease-millis", LONGEST_LEASE_MILLIS);
        return serve(parent, SIZE_BYTES, address, UnitProcess::addUser, options);
    }

    /** Makes and serves a unit for whoever is on this machine, over iWARP, as {@code pmu serve} does that is told no more. */
    static UnitProcess serveAnybody(Path parent, long sizeBytes, String... moreOptions)
            throws IOException, PmuException {
        String host = InetAddress.getLoopbackAddress().getHostAddress();
        UnitAddress address = UnitAddress.parse("iwarp://" + host + ":" + freePort(host));
        List<String> options = new ArrayList<>(List.of("--allow-anonymous"));
        options.addAll(List.of(moreOptions));
        return serve(parent, sizeBytes, address, file -> Credentials.ANONYMOUS, options);
    }

    /** Who may use a unit. */
    private interface Admission {
        Credentials to(Path file) throws PmuException;
    }

    private static UnitProcess serve(
            Path parent, long sizeBytes, UnitAddress address, Admission admission, List<String> options)
            throws IOException, PmuException {
        Path folder = Files.createTempDirectory(parent, "pmu-benchmark");
        try {
            Path file = folder.resolve("unit");
            Unit.format(file, sizeBytes);
            Credentials credentials = admission.to(file);
            List<String> arguments = new ArrayList<>(List.of("serve", file.toString(), "--listen", address.toString()));
            arguments.addAll(options);
            ChildProcess process =
                    ChildProcess.start(MACHINE_OPTIONS, PmuChild.class, arguments.toArray(new String[0]));
            return new UnitProcess(folder, address, credentials, process);
        } catch (IOException | PmuException | RuntimeException e) {
            delete(folder);
            throw e;
        }
    }

    /** Whoever listens where others could come needs to know whom to let in. */
    private static Credentials addUser(Path file) throws PmuException {
        SecureRandom random = new SecureRandom();
        Credentials credentials = Credentials.of(USER, Long.toHexString(random.nextLong()));
        ScramVerifier verifier = ScramVerifier.of(credentials, ScramVerifier.FEWEST_ITERATIONS, random);
        new UsersFile(file).change(users -> users.with(new User(USER, verifier, Set.of(UserRole.CREATE))));
        return credentials;
    }

    private static int freePort(String host) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new IOException(host + " is no address of this machine: " + e.getMessage(), e);
        }
    }

    UnitAddress address() {
        return address;
    }

    /**
     * When the unit logged a message with this in it the last time.
     *
     * @return its moment by {@link System#nanoTime()}, a space, the message
     */
    String moment(String part) throws IOException {
        return process.ask(part);
    }

    /** The processor time that it has used since it was started. */
    long usedNanos() throws IOException {
        return ProcessorLoad.usedNanos(process.pid());
    }

    Credentials credentials() {
        return credentials;
    }

    @Override
    public void close() throws IOException {
        try {
            process.close();
        } finally {
            delete(folder);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path left : files.toList()) {
                Files.delete(left);
            }
        }
        Files.delete(folder);
    }
}
