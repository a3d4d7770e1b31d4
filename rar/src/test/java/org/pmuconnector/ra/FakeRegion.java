package org.pmuconnector.ra;

import java.util.ArrayList;
import java.util.List;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** A region whose links are fakes, and managed connections to it. */
final class FakeRegion {

    static final String INSTANCE = "instance-1";

    final FakeLink.Store store = new FakeLink.Store();
    final List<FakeLink> links = new ArrayList<>();
    final CheckpointManagedConnectionFactory factory = new CheckpointManagedConnectionFactory();
    boolean unreachable;
    int releaseCount;
    /** What the clock of branches says; for tests to move. */
    long nanoTime;

    final AttachedRegion region = new AttachedRegion(
            "orders",
            "region orders of unit embedded:test",
            "",
            new BranchTable(INSTANCE, () -> nanoTime),
            (subscription, credentials) -> connect(),
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
            return new CheckpointManagedConnection(factory, region, SignOn.ANONYMOUS, region.connect("standby"));
        } catch (PmuException e) {
            throw new AssertionError(e);
        }
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
