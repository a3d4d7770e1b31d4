package org.pmuconnector.it.vm;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Set;
import org.pmuconnector.pmu.Unit;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.pmu.users.UsersFile;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.ScramVerifier;

/** A unit's file for a machine, with a user who may create regions. */
final class VerbsUnitFile {

    static final String USER = "desk";

    static final String PASSWORD = "desks-password";

    private static final String NAME = "unit";
    private static final long SIZE_BYTES = 128 << 20;

    private VerbsUnitFile() {}

    /**
     * Makes one in a folder. With the fewest hash rounds for the password that there may be: emulated processors take
     * seconds for the usual ones.
     */
    static Path format(Path folder) throws Exception {
        Path unit = folder.resolve(NAME);
        Unit.format(unit, SIZE_BYTES);
        ScramVerifier verifier =
                ScramVerifier.of(Credentials.of(USER, PASSWORD), ScramVerifier.FEWEST_ITERATIONS, new SecureRandom());
        new UsersFile(unit).change(users -> users.with(new User(USER, verifier, Set.of(UserRole.CREATE))));
        return unit;
    }
}
