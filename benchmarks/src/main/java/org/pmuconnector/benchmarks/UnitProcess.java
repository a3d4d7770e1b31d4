package org.pmuconnector.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
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
    private static final String LEASE_MILLIS = "600000";

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
        Path folder = Files.createTempDirectory(parent, "pmu-benchmark");
        try {
            Path file = folder.resolve("unit");
            Unit.format(file, SIZE_BYTES);
            Credentials credentials = addUser(file);
            UnitAddress address = new UnitAddress(listen.transport(), listen.host(), freePort(listen.host()), null);
            ChildProcess process = ChildProcess.start(
                    MACHINE_OPTIONS,
                    PmuChild.class,
                    "serve",
                    file.toString(),
                    "--listen",
                    address.toString(),
                    "--poll-micros",
                    Integer.toString(pollMicros),
                    "--lease-millis",
                    LEASE_MILLIS);
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
