package org.pmuconnector.instance;

import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Random;
import java.util.Set;
import org.pmuconnector.control.wire.AccessGrant;
import org.pmuconnector.control.wire.AccessRight;
import org.pmuconnector.control.wire.Hello;
import org.pmuconnector.control.wire.Request;
import org.pmuconnector.control.wire.SetAccess;
import org.pmuconnector.fabric.Fabric;
import org.pmuconnector.fabric.FabricOptions;
import org.pmuconnector.fabric.Fabrics;
import org.pmuconnector.fabric.UnitClient;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.UnitAddress;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.UnitOptions;
import org.pmuconnector.pmu.UnitTicker;
import org.pmuconnector.pmu.manager.AnonymousAccess;
import org.pmuconnector.pmu.nic.iwarp.IwarpNic;
import org.pmuconnector.pmu.nic.iwarp.IwarpNicOptions;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.pmu.users.UsersFile;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.DerivedKeyCache;
import org.pmuconnector.scram.ScramVerifier;

/** A unit that is served on a socket to the users in its file, and to nobody else. */
final class UsersOfUnit implements AutoCloseable {

    static final long REGION_BYTES = 1 << 20;

    /** How many rounds tests' passwords go through. */
    private static final int ITERATIONS = ScramVerifier.FEWEST_ITERATIONS;

    private final DerivedKeyCache cache = new DerivedKeyCache();
    private final Random random = new Random(11);
    private final UsersFile file;
    private final Unit unit;
    private final UnitTicker ticker;
    private final IwarpNic nic;
    private final Fabric fabric;

    /** Serves a new unit in that folder to those users. */
    UsersOfUnit(Path folder, User... users) throws PmuException {
        Path path = folder.resolve("unit");
        Unit.format(path, 32 << 20);
        file = new UsersFile(path);
        for (User user : users) {
            change(all -> all.with(user));
        }
        unit = Unit.open(path, UnitOptions.defaults().withAnonymous(AnonymousAccess.REFUSED));
        ticker = new UnitTicker(unit, "unit");
        nic = IwarpNic.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                unit.memory(),
                unit.control(),
                IwarpNicOptions.defaults());
        fabric = fabric();
    }

    /** A user with that password. */
    static User user(String name, String password, UserRole... roles) throws PmuException {
        ScramVerifier verifier = ScramVerifier.of(Credentials.of(name, password), ITERATIONS, new Random(12));
        return new User(name, verifier, Set.of(roles));
    }

    UnitAddress address() {
        return new UnitAddress(
                UnitAddress.Transport.IWARP, "127.0.0.1", nic.localAddress().getPort(), null);
    }

    /** A way to it that the caller closes. */
    Fabric fabric() throws PmuException {
        return Fabrics.of(address(), FabricOptions.defaults().withPollMicros(0));
    }

    /** Changes the file; the unit sees it when it looks the next time. */
    void change(UsersFile.Change change) throws PmuException {
        file.change(change);
    }

    /** A tool's connection of a user. */
    UnitClient tool(String name, String password) throws PmuException {
        UnitClient client = new UnitClient(fabric);
        try {
            new Login(Credentials.of(name, password), cache, random).on(client.connection(), UnitClient.soon());
            client.hello(Hello.Purpose.TOOL, "", ByteString.EMPTY);
            return client;
        } catch (PmuException e) {
            client.close();
            throw e;
        }
    }

    /** Lets a user do that with a region, and nothing else. */
    static void grant(UnitClient owner, String region, String user, AccessRight... rights) throws PmuException {
        AccessGrant.Builder grant = AccessGrant.newBuilder().setPrincipal(user);
        for (AccessRight right : rights) {
            grant.addRights(right);
        }
        owner.call(Request.newBuilder()
                .setSetAccess(SetAccess.newBuilder().setRegion(region).addGrants(grant)));
    }

    @Override
    public void close() {
        fabric.close();
        unit.stop();
        nic.close();
        ticker.close();
        unit.close();
    }
}
