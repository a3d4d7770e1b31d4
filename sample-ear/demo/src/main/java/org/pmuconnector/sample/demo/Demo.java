package org.pmuconnector.sample.demo;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.pmuconnector.sample.book.MalformedMessageException;
import org.pmuconnector.sample.demo.DeskClient.Answer;
import org.pmuconnector.sample.demo.process.FreePorts;
import org.pmuconnector.sample.demo.process.MicroServer;
import org.pmuconnector.sample.demo.process.PmuDaemon;
import org.pmuconnector.sample.demo.process.ProcessGroup;

/**
 * Runs the sample on two servers and one persistent memory unit, kills the primary with SIGKILL in the middle of a
 * stream of orders, goes on with the other and counts what survived. {@link DemoSettings} has its system properties.
 *
 * <p>Exit code 0 if nothing acknowledged was lost, nothing was recorded twice and the books equal those of a replay
 * without failure; 1 if not, or if a step failed; 2 if the settings or the order file are wrong.
 */
public final class Demo {

    private static final Duration ROLE_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration FEED_TIMEOUT = Duration.ofMinutes(30);
    private static final long POLL_MILLIS = 20;

    /** A signal from the keyboard reaches the children too, and perhaps before this program: their end is no failure. */
    private static final long INTERRUPTION_MILLIS = 500;

    private final DemoSettings settings;
    private final Console console;
    private final RandomGenerator random;
    private final DeskClient client = new DeskClient();
    private final CountDownLatch interruption = new CountDownLatch(1);

    private Demo(DemoSettings settings, Console console) {
        this.settings = settings;
        this.console = console;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(settings.seed());
        Runtime.getRuntime().addShutdownHook(new Thread(interruption::countDown, "interruption"));
    }

    /** Takes no arguments. */
    public static void main(String[] arguments) {
        endWithParent();
        System.exit(run());
    }

    /** A build that was killed can not tell this process so; its end can be seen. */
    private static void endWithParent() {
        ProcessHandle parent = ProcessHandle.current().parent().orElse(null);
        if (Boolean.getBoolean("demo.endWithParent") && parent != null) {
            Thread watcher = new Thread(
                    () -> {
                        parent.onExit().join();
                        System.exit(1);
                    },
                    "parent-watcher");
            watcher.setDaemon(true);
            watcher.start();
        }
    }

    private static int run() {
        Console console = new Console(System.out);
        try {
            DemoSettings settings = DemoSettings.fromSystemProperties();
            DemoResult result = new Demo(settings, console).run(plan(settings));
            return result.isGood() ? 0 : 1;
        } catch (IllegalArgumentException | MalformedMessageException wrong) {
            console.line("DEMO NOT RUN: " + wrong.getMessage());
            return 2;
        } catch (IOException | IllegalStateException | ExecutionException failed) {
            console.line("DEMO FAILED: " + failed.getMessage());
            return 1;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            console.line("DEMO INTERRUPTED");
            return 1;
        }
    }

    private static FeedPlan plan(DemoSettings settings) throws IOException, MalformedMessageException {
        Optional<Path> file = settings.orders();
        return file.isPresent()
                ? FeedPlan.ofFile(file.get(), settings.batchSize())
                : FeedPlan.generated(settings.orderCount(), settings.batchSize(), settings.seed());
    }

    private DemoResult run(FeedPlan plan) throws IOException, InterruptedException, ExecutionException {
        console.step(plan.messageCount() + " orders "
                + settings.orders().map(file -> "from " + file).orElse("generated") + ", seed " + settings.seed()
                + " (repeat with -Ddemo.seed=" + settings.seed() + ")");
        ProcessGroup group = ProcessGroup.create(settings.workDirectory());
        try {
            DemoResult result = run(plan, group);
            if (!result.isGood() || settings.keepFiles()) {
                keep(group);
            }
            group.close();
            console.line(result.line());
            return result;
        } catch (IOException | IllegalStateException | ExecutionException failed) {
            if (interruption.await(INTERRUPTION_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new InterruptedException();
            }
            keep(group);
            throw failed;
        } finally {
            group.close();
        }
    }

    private void keep(ProcessGroup group) {
        group.keepFiles();
        console.line("The logs of all processes and the unit are in " + group.directory());
    }

    private DemoResult run(FeedPlan plan, ProcessGroup group)
            throws IOException, InterruptedException, ExecutionException {
        Path unit = PmuDaemon.format(group, settings.pmuJar(), "unit0", "256m");
        PmuDaemon pmu = PmuDaemon.serve(group, settings.pmuJar(), unit, "127.0.0.1:0");
        console.step("unit formatted and served at " + pmu.address() + " by process "
                + pmu.process().pid());
        List<MicroServer> servers = startServers(group, pmu);
        MicroServer primary = awaitPrimary(servers);
        MicroServer standby = servers.get(primary == servers.get(0) ? 1 : 0);
        console.step(primary.name() + " is the primary, " + standby.name() + " the standby");

        long holdAt = plan.messageCount() * 9 / 10;
        List<URI> uris = servers.stream().map(MicroServer::baseUri).toList();
        try (Feeder feeder = new Feeder(client, uris, plan, holdAt)) {
            CompletableFuture<Void> feeding = feeder.start();
            killInMidStream(primary, feeder, feeding, plan);
            awaitFeeding(feeding);
            console.step("all " + feeder.acknowledgedMessages() + " orders acknowledged; "
                    + feeder.repeatedRequests() + " requests were sent again, " + feeder.recognisedDuplicates()
                    + " batches of them had been recorded before");
            return conclude(plan, feeder, standby);
        }
    }

    private List<MicroServer> startServers(ProcessGroup group, PmuDaemon pmu) throws IOException, InterruptedException {
        MicroServer.Settings server =
                new MicroServer.Settings(settings.microJar(), settings.rar(), settings.war(), pmu.address(), List.of());
        List<Integer> ports = FreePorts.find(2);
        List<MicroServer> servers = List.of(
                MicroServer.start(group, "alpha", ports.get(0), server),
                MicroServer.start(group, "beta", ports.get(1), server));
        console.step("two Payara Micro servers are starting: alpha on port " + ports.get(0) + ", beta on port "
                + ports.get(1));
        for (MicroServer one : servers) {
            one.awaitReady();
            console.step(one.name() + " is ready: process " + one.process().pid() + ", page at " + one.baseUri());
        }
        return servers;
    }

    private MicroServer awaitPrimary(List<MicroServer> servers) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + ROLE_TIMEOUT.toNanos();
        while (System.nanoTime() < deadline) {
            MicroServer primary = null;
            int known = 0;
            for (MicroServer server : servers) {
                Answer answer = client.get(server.baseUri(), "status");
                if (answer.isOk() && answer.json().getBoolean("current")) {
                    primary = server;
                }
                known += answer.isOk() ? 1 : 0;
            }
            if (primary != null && known == servers.size()) {
                return primary;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        throw new IllegalStateException("no server became the primary within " + ROLE_TIMEOUT.toSeconds() + " s");
    }

    private void killInMidStream(MicroServer primary, Feeder feeder, CompletableFuture<Void> feeding, FeedPlan plan)
            throws InterruptedException {
        long killAt = (long) (plan.messageCount() * random.nextDouble(0.3, 0.7));
        long delayMicros = random.nextLong(0, 5_000);
        console.step("feeding; " + primary.name() + " will be killed " + delayMicros + " µs after order " + killAt);
        long nextReport = plan.messageCount() / 5;
        while (feeder.acknowledgedMessages() < killAt && !feeding.isDone()) {
            if (feeder.acknowledgedMessages() >= nextReport) {
                console.step(feeder.acknowledgedMessages() + " orders acknowledged");
                nextReport += plan.messageCount() / 5;
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
        TimeUnit.MICROSECONDS.sleep(delayMicros);
        feeder.announceDeath(primary.name());
        primary.process().kill();
        console.step(
                "killed " + primary.name() + " (process " + primary.process().pid() + ", SIGKILL) with "
                        + feeder.acknowledgedMessages() + " orders acknowledged");
    }

    private static void awaitFeeding(CompletableFuture<Void> feeding) throws InterruptedException, ExecutionException {
        try {
            feeding.get(FEED_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException late) {
            throw new IllegalStateException("the orders were not all acknowledged in time", late);
        }
    }

    private DemoResult conclude(FeedPlan plan, Feeder feeder, MicroServer survivor)
            throws IOException, InterruptedException {
        Verification.Finding finding = new Verification(client, survivor.baseUri()).find(plan);
        String expected = plan.expectedDigest();
        DemoResult result = new DemoResult(
                feeder.acknowledgedMessages(),
                finding.recorded(),
                finding.lost(),
                finding.duplicated(),
                feeder.failoverTime().toMillis(),
                expected.equals(finding.digest()));
        console.line("");
        console.fact("orders acknowledged", result.acknowledged());
        console.fact("orders in the standby's book", result.recorded());
        console.fact("lost", result.lost());
        console.fact("duplicated", result.duplicated());
        console.fact("kill to first order accepted", result.failoverMillis() + " ms");
        console.fact("digest of the standby's book", finding.digest());
        console.fact("digest of a replay without failure", expected);
        console.line("");
        return result;
    }
}
