package org.pmuconnector.ra;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.pmuconnector.model.Deadline;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.scram.Credentials;

/** A region whose links are fakes, and managed connections to it. */
final class FakeRegion {

    static final String INSTANCE = "instance-1";

    final FakeLink.Store store = new FakeLink.Store();
    final List<FakeLink> links = new ArrayList<>();
    final CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
    boolean unreachable;
    int releaseCount;
    UnitDownPolicy policy = UnitDownPolicy.FAIL;
    /** How often a write waited for the unit. */
    int waits;
    /** What happens while it waits: whether the unit is there afterwards. */
    BooleanSupplier comesBack = () -> false;

    /** As whom the links were made. */
    final List<Credentials> signedOn = new ArrayList<>();
    /** What the clock of branches says; for tests to move. */
    long nanoTime;

    final AttachedRegion region = new AttachedRegion(
            "orders",
            "region orders of unit embedded:test",
            "",
            new BranchTable(INSTANCE, () -> nanoTime),
            new AttachedRegion.Connector() {
                @Override
                public RegionLink connect(String subscription, Credentials credentials) throws PmuException {
                    signedOn.add(credentials);
                    return FakeRegion.this.connect();
                }

                @Override
                public boolean awaitWritable(Deadline deadline) {
                    waits++;
                    return comesBack.getAsBoolean();
                }
            },
            null,
            () -> releaseCount++);

    FakeRegion() {
        factory.setUnitAddress("embedded:test");
        factory.setRegion("orders");
        factory.setSubscription("standby");
    }

    private RegionLink connect() throws PmuException {
        if (unreachable) {
            throw new PmuException(ErrorCode.UNIT_UNREACHABLE, "no unit answers at embedded:test");
        }
        FakeLink link = new FakeLink(store);
        links.add(link);
        return link;
    }

    CheckpointManagedConnection managedConnection() {
        try {
            return new CheckpointManagedConnection(
                    factory, region, SignOn.ANONYMOUS, patience(), region.connect("standby"));
        } catch (PmuException e) {
            throw new AssertionError(e);
        }
    }

    Patience patience() {
        return new Patience(policy, Duration.ofSeconds(1), region);
    }

    FakeLink lastLink() {
        return links.get(links.size() - 1);
    }

    List<String> payloads() {
        return store.committed.stream()
                .map(set -> new String(set.payload(), java.nio.charset.StandardCharsets.UTF_8))
                .toList();
    }
}
