package org.pmuconnector.ra;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.pmuconnector.model.PmuException;
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
import org.pmuconnector.scram.ScramVerifier;

/**
 * A new unit for each test, served on the loopback address to its users alone: alice, who may create regions, and bob, who
 * may do everything.
 */
public final class UnitOfUsers implements BeforeEachCallback, AfterEachCallback {

    /** The password of alice. */
    public static final String PASSWORD_OF_ALICE = "correct horse";

    /** The password of bob. */
    public static final String PASSWORD_OF_BOB = "wrong cow";

    private static final long SIZE_BYTES = 128 << 20;

    private Unit unit;
    private UnitTicker ticker;
    private IwarpNic nic;
    private String address;

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        Path folder = Files.createTempDirectory("unit-of-users");
        Path path = folder.resolve("unit");
        Unit.format(path, SIZE_BYTES);
        add(path, "alice", PASSWORD_OF_ALICE, UserRole.CREATE);
        add(path, "bob", PASSWORD_OF_BOB, UserRole.ADMINISTRATOR);
        unit = Unit.open(path, UnitOptions.defaults().withAnonymous(AnonymousAccess.REFUSED));
        ticker = new UnitTicker(unit, "unit");
        nic = IwarpNic.listen(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                unit.memory(),
                unit.control(),
                IwarpNicOptions.defaults());
        address = "iwarp://127.0.0.1:" + nic.localAddress().getPort();
        folder.toFile().deleteOnExit();
        try (var files = Files.list(folder)) {
            files.forEach(file -> file.toFile().deleteOnExit());
        }
    }

    private static void add(Path path, String name, String password, UserRole role) throws PmuException {
        ScramVerifier verifier =
                ScramVerifier.of(Credentials.of(name, password), ScramVerifier.FEWEST_ITERATIONS, new SecureRandom());
        new UsersFile(path).change(users -> users.with(new User(name, verifier, Set.of(role))));
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        unit.stop();
        nic.close();
        ticker.close();
        unit.close();
    }

    /** Where it is. */
    public String address() {
        return address;
    }
}
