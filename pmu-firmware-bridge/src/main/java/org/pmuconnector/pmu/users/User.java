package org.pmuconnector.pmu.users;

import java.util.EnumSet;
import java.util.Set;
import org.pmuconnector.scram.ScramVerifier;

/**
 * A user as the unit keeps it.
 *
 * @param name see {@link org.pmuconnector.scram.Credentials#isUserName}
 * @param verifier of the password
 * @param roles beyond what regions' access lists give
 */
public record User(String name, ScramVerifier verifier, Set<UserRole> roles) {

    /** A user whose roles do not change. */
    public User {
        roles = Set.copyOf(roles);
    }

    /** The same with another password. */
    public User withVerifier(ScramVerifier newVerifier) {
        return new User(name, newVerifier, roles);
    }

    /** The roles in the order of their declaration. */
    public Set<UserRole> sortedRoles() {
        return roles.isEmpty() ? Set.of() : EnumSet.copyOf(roles);
    }
}
