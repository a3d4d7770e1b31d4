package org.pmuconnector.pmu.manager;

import java.util.Set;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserRole;

/**
 * On whose behalf a connection asks.
 *
 * @param name a user's; empty for nobody in particular
 * @param roles beyond what regions' access lists give
 */
record Principal(String name, Set<UserRole> roles) {

    static Principal of(User user) {
        return new Principal(user.name(), user.roles());
    }

    boolean isAnonymous() {
        return name.isEmpty();
    }

    boolean isAdministrator() {
        return roles.contains(UserRole.ADMINISTRATOR);
    }

    boolean mayCreate() {
        return isAdministrator() || roles.contains(UserRole.CREATE);
    }

    /** Whether it may look at a connection: at one on its own behalf, as an administrator at any. */
    boolean maySee(ManagedConnection connection) {
        return isAdministrator() || (connection.principal != null && connection.principal.name.equals(name));
    }

    /** For messages. */
    @Override
    public String toString() {
        return isAnonymous() ? "nobody in particular" : "user " + name;
    }
}
