package org.pmuconnector.it.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.pmu.users.UsersFile;
import org.pmuconnector.sample.demo.process.ChildProcess;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.ScramVerifier;

/** A round's unit: one file, served by one process after the other. */
final class ServedUnit {

    static final Path PMU_JAR = Path.of(System.getProperty("pmu.jar"));
    private static final String SIZE = "32m";
    private static final int HOST = 0;
    private static final Duration END_TIMEOUT = Duration.ofSeconds(30);

    /** As few as there may be: whoever logs in anew, time and again, has other things to do. */
    private static final int ITERATIONS = 4096;

    private final ProcessGroup group;
    private final Hosts hosts;
    private final Timing timing;
    private final Path file;
    private PmuDaemon daemon;
    private int starts;

    private ServedUnit(ProcessGroup group, Hosts hosts, Timing timing, Path file) {
        this.group = group;
        this.hosts = hosts;
        this.timing = timing;
        this.file = file;
    }

    /** A new unit, which is not served yet. */
    static ServedUnit format(ProcessGroup group, Hosts hosts, Timing timing)
            throws IOException, InterruptedException, PmuException {
        Path file = PmuDaemon.format(group, PMU_JAR, "unit", SIZE);
        if (!hosts.user().isEmpty()) {
            User user = new User(
                    hosts.user(),
                    ScramVerifier.of(Credentials.of(hosts.user(), password(hosts)), ITERATIONS, new SecureRandom()),
                    Set.of(UserRole.CREATE));
            new UsersFile(file).change(users -> users.with(user));
        }
        return new ServedUnit(group, hosts, timing, file);
    }

    /** The password of the hosts' user; empty where there is none. */
    static String password(Hosts hosts) {
        return hosts.user().isEmpty() ? "" : "of-" + hosts.user();
    }

    void serve() throws IOException, InterruptedException {
        daemon = PmuDaemon.serve(
                group,
                "unit-serve-" + ++starts,
                hosts.launcher(HOST),
                PMU_JAR,
                file,
                hosts.unitListens(),
                List.of(
                        "--lease-millis",
                        String.valueOf(timing.lease().toMillis()),
                        "--reconnect-grace-millis",
                        String.valueOf(timing.grace().toMillis()),
                        hosts.user().isEmpty() ? "--allow-anonymous" : "--memory=file"));
    }

    /** Ends at once, and is served again. */
    void restart() throws IOException, InterruptedException {
        daemon.process().kill();
        daemon.process().awaitEnd(END_TIMEOUT);
        serve();
    }

    ChildProcess process() {
        return daemon.process();
    }
}
