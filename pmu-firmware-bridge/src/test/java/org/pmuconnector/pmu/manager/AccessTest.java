package org.pmuconnector.pmu.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.pmuconnector.pmu.manager.ManagerFixture.assertRefused;
import static org.pmuconnector.pmu.manager.ManagerFixture.token;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.CursorMove;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import org.pmuconnector.pmu.nic.ProtectionFaultException;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserDirectory;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.DerivedKeyCache;
import org.pmuconnector.scram.ScramClient;
import org.pmuconnector.scram.ScramVerifier;

/** What the owner, an administrator, somebody with each right and somebody with none may do with a region. */
class AccessTest {

    private final DerivedKeyCache cache = new DerivedKeyCache();
    private final Random random = new Random(6);
    private ManagerFixture unit;
    private UserDirectory users = UserDirectory.EMPTY;
    private ManagerFixture.Peer owner;

    @BeforeEach
    void start() throws Exception {
        unit = new ManagerFixture();
        for (String name : List.of("owner", "other", "root")) {
            ScramVerifier verifier = ScramVerifier.of(Credentials.of(name, name), 4096, random);
            Set<UserRole> roles =
                    switch (name) {
                        case "owner" -> Set.of(UserRole.CREATE);
                        case "root" -> Set.of(UserRole.ADMINISTRATOR);
                        default -> Set.of();
                    };
            users = users.with(new User(name, verifier, roles));
        }
        unit.manager.setUsers(users);
        owner = as("owner", Purpose.TOOL);
        owner.create("r", 1 << 20, Retention.BASE);
    }

    private ManagerFixture.Peer as(String name, Purpose purpose) throws PmuException {
        ManagerFixture.Peer peer = unit.new Peer(name + "'s " + purpose);
        ScramClient client = new ScramClient(Credentials.of(name, name), cache, random);
        String challenge = unit.manager.connections().authenticate(peer.id, client.first());
        client.finish(unit.manager.connections().authenticate(peer.id, client.answer(challenge)));
        unit.manager.connections().hello(peer.id, 1, purpose, name, token(name.length()));
        return peer;
    }

    private void grant(String name, AccessRight... rights) throws PmuException {
        unit.manager
                .regions()
                .setAccess(owner.id, "r", new AccessChange(null, List.of(new AccessGrant(name, Set.of(rights)))));
    }

    private static final AccessChange NONE = new AccessChange(null, List.of());

    /** Tries one request of each kind; the ones that were allowed, by their names. */
    private List<String> allowed(ManagerFixture.Peer session, ManagerFixture.Peer data) {
        List<String> allowed = new ArrayList<>();
        PersistentMemoryManager manager = unit.manager;
        note(allowed, "see", () -> manager.regions().get(session.id, "r"));
        note(allowed, "watch", () -> manager.regions().watch(session.id, "r", 0));
        note(allowed, "read", () -> manager.primaries().open(data.id, "r", false, 0));
        note(
                allowed,
                "subscribe",
                () -> manager.subscriptions()
                        .subscribe(data.id, "r", "s", false)
                        .status());
        note(allowed, "advance", () -> manager.subscriptions().advance(data.id, "r", new CursorMove("s", 1, 0)));
        long epoch = status().epoch();
        note(allowed, "claim", () -> manager.primaries().claim(data.id, "r", epoch, false));
        note(allowed, "force", () -> manager.primaries().claim(data.id, "r", status().epoch(), true));
        long granted = status().epoch();
        note(allowed, "write", () -> manager.primaries().open(data.id, "r", true, granted));
        note(allowed, "begin", () -> manager.primaries().begin(data.id, "r", granted, 0));
        note(allowed, "trim", () -> manager.primaries().trim(data.id, "r", granted, 0));
        note(allowed, "resign", () -> manager.primaries().resign(data.id, "r", granted));
        note(allowed, "access", () -> manager.regions().setAccess(session.id, "r", NONE));
        note(allowed, "grow", () -> manager.regions().grow(session.id, "r", 1));
        return allowed;
    }

    @Test
    void delete_withoutTheRight_isRefused() throws Exception {
        ManagerFixture.Peer other = as("other", Purpose.TOOL);
        grant("other", AccessRight.READ, AccessRight.WRITE, AccessRight.TAKE_OVER);
        assertRefused(
                ErrorCode.NOT_AUTHORIZED,
                () -> unit.manager.regions().delete(other.id, "r", true),
                "may not administer");
        grant("other", AccessRight.ADMINISTER);
        unit.manager.regions().delete(other.id, "r", false);
        assertRefused(ErrorCode.REGION_UNKNOWN, () -> owner.region("r"));
    }

    @Test
    void import_withoutTheRole_isRefused() throws Exception {
        ManagerFixture.Peer other = as("other", Purpose.TOOL);
        assertRefused(
                ErrorCode.NOT_AUTHORIZED,
                () -> unit.manager.regions().beginImport(other.id, "i", 1 << 20, 1 << 20, 1 << 17, null, null),
                "may not create");
        unit.manager.regions().beginImport(owner.id, "i", 1 << 20, 1 << 20, 1 << 17, null, null);
        assertThat(unit.manager
                        .regions()
                        .finishImport(owner.id, "i", 0, List.of(), 0, List.of())
                        .owner())
                .isEqualTo("owner");
    }

    private RegionStatus status() {
        try {
            return owner.region("r");
        } catch (PmuException e) {
            throw new AssertionError(e);
        }
    }

    /** Refusals for any other reason than missing rights count as allowed: the right was there. */
    private static void note(List<String> allowed, String what, ThrowingCallable request) {
        try {
            request.call();
            allowed.add(what);
        } catch (PmuException e) {
            if (e.code() != ErrorCode.NOT_AUTHORIZED) {
                allowed.add(what);
            }
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void request_ownerAndAdministrator_mayDoEverything() throws Exception {
        for (String name : List.of("owner", "root")) {
            assertThat(allowed(as(name, Purpose.SESSION), as(name, Purpose.DATA)))
                    .as(name)
                    .containsExactly(
                            "see",
                            "watch",
                            "read",
                            "subscribe",
                            "advance",
                            "claim",
                            "force",
                            "write",
                            "begin",
                            "trim",
                            "resign",
                            "access",
                            "grow");
        }
    }

    @Test
    void request_otherWithRights_mayDoJustThat() throws Exception {
        ManagerFixture.Peer session = as("other", Purpose.SESSION);
        ManagerFixture.Peer data = as("other", Purpose.DATA);
        assertThat(allowed(session, data)).isEmpty();
        grant("other", AccessRight.READ);
        assertThat(allowed(session, data)).containsExactly("see", "watch", "read", "subscribe", "advance");
        grant("other", AccessRight.WRITE);
        assertThat(allowed(session, data))
                .containsExactly("see", "watch", "read", "subscribe", "advance", "write", "begin", "trim", "resign");
        grant("other", AccessRight.TAKE_OVER, AccessRight.WRITE);
        assertThat(allowed(session, data))
                .containsExactly(
                        "see", "watch", "read", "subscribe", "advance", "claim", "write", "begin", "trim", "resign");
        // Its keys are gone with the rights they needed, and with them the connection.
        grant("other", AccessRight.ADMINISTER);
        assertThat(data.isGone()).isTrue();
        assertThat(session.isGone()).isFalse();
        ManagerFixture.Peer again = as("other", Purpose.DATA);
        assertThat(allowed(session, again)).containsExactly("see", "access", "grow");
        grant("other", AccessRight.TAKE_OVER);
        assertThat(allowed(session, again)).containsExactly("see");
    }

    @Test
    void list_regions_showsWhatOneHasAnyRightTo() throws Exception {
        ManagerFixture.Peer other = as("other", Purpose.TOOL);
        assertThat(unit.manager.regions().list(other.id, "", 10)).isEmpty();
        assertThat(unit.manager.regions().list(as("root", Purpose.TOOL).id, "", 10))
                .hasSize(1);
        grant("other", AccessRight.READ);
        assertThat(unit.manager.regions().list(other.id, "", 10))
                .singleElement()
                .satisfies(status -> {
                    assertThat(status.owner()).isEqualTo("owner");
                    assertThat(status.access()).containsExactly(new AccessGrant("other", EnumSet.of(AccessRight.READ)));
                });
        assertThat(unit.manager.connections().list(other.id, 0, 100)).hasSize(1);
        assertThat(unit.manager.connections().list(as("root", Purpose.TOOL).id, 0, 100))
                .hasSizeGreaterThan(3);
    }

    @Test
    void create_withoutTheRole_isRefused() throws Exception {
        ManagerFixture.Peer other = as("other", Purpose.TOOL);
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> other.create("new"), "may not create");
        assertRefused(
                ErrorCode.NOT_AUTHORIZED, () -> other.create("r", 1 << 20, Retention.BASE), "may not see", "owner");
    }

    @Test
    void rightTakenAway_whileAKeyIsInUse_endsItAtOnce() throws Exception {
        grant("other", AccessRight.READ, AccessRight.WRITE, AccessRight.TAKE_OVER);
        ManagerFixture.Peer session = as("other", Purpose.SESSION);
        ManagerFixture.Peer reader = as("other", Purpose.DATA);
        ManagerFixture.Peer writer = as("other", Purpose.DATA);
        unit.manager.regions().watch(session.id, "r", 0);
        unit.manager.primaries().claim(writer.id, "r", 0, false);
        OpenedRegion toRead = unit.manager.primaries().open(reader.id, "r", false, 0);
        OpenedRegion toWrite = unit.manager.primaries().open(writer.id, "r", true, 1);
        writer.write(toWrite, 0, 7);

        grant("other", AccessRight.READ);
        assertThatExceptionOfType(ProtectionFaultException.class).isThrownBy(() -> writer.write(toWrite, 0, 8));
        assertThat(writer.disconnected).singleElement().asString().contains("other may no longer use region r");
        assertThat(reader.read(toRead, 0)).isEqualTo(7);

        int told = session.told.size();
        grant("other");
        assertThatExceptionOfType(ProtectionFaultException.class).isThrownBy(() -> reader.read(toRead, 0));
        unit.manager.regions().setAccess(owner.id, "r", new AccessChange("root", List.of()));
        // The session learns of the change that took its right away, and of nothing after.
        assertThat(session.told.size()).isLessThanOrEqualTo(told + 1);
        assertThat(session.isGone()).isFalse();
    }

    @Test
    void owner_givenAway_hasNothingLeft() throws Exception {
        unit.manager.regions().setAccess(owner.id, "r", new AccessChange("other", List.of()));
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> owner.region("r"));
        assertThat(as("other", Purpose.TOOL).region("r").owner()).isEqualTo("other");
    }

    @Test
    void anonymousRegion_oncePeopleMustLogIn_isTheAdministratorsToGive() throws Exception {
        unit.tool().create("old");
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> owner.region("old"), "created anonymously");
        unit.manager.regions().setAccess(as("root", Purpose.TOOL).id, "old", new AccessChange("owner", List.of()));
        assertThat(owner.region("old").owner()).isEqualTo("owner");
    }

    @Test
    void anonymous_besideUsers_doesNotReachTheirRegions() throws Exception {
        assertRefused(ErrorCode.NOT_AUTHORIZED, () -> unit.tool().region("r"), "nobody in particular may not see");
    }

    @Test
    void grant_toNobodyOrTooMany_isRefused() throws Exception {
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> grant("eve", AccessRight.READ), "eve", "pmu user add");
        assertRefused(
                ErrorCode.BAD_CONFIGURATION,
                () -> unit.manager.regions().setAccess(owner.id, "r", new AccessChange("", List.of())),
                "no user");
        for (int i = 0; i <= Access.MOST_GRANTS; i++) {
            users = users.with(new User("u" + i, users.find("other").verifier(), Set.of()));
        }
        unit.manager.setUsers(users);
        for (int i = 0; i < Access.MOST_GRANTS; i++) {
            grant("u" + i, AccessRight.READ);
        }
        assertRefused(ErrorCode.LIMIT_REACHED, () -> grant("u" + Access.MOST_GRANTS, AccessRight.READ), "access list");
        // A user that is no more can still be struck off.
        unit.manager.setUsers(users.without("u0"));
        grant("u0");
        grant("u" + Access.MOST_GRANTS, AccessRight.READ);
    }

    @Test
    void access_afterARestart_isAsItWas() throws Exception {
        grant("other", AccessRight.READ, AccessRight.TAKE_OVER);
        unit.restart();
        unit.manager.setUsers(users);
        RegionStatus status = as("other", Purpose.TOOL).region("r");
        assertThat(status.owner()).isEqualTo("owner");
        assertThat(status.access())
                .containsExactly(new AccessGrant("other", Set.of(AccessRight.READ, AccessRight.TAKE_OVER)));
    }
}
