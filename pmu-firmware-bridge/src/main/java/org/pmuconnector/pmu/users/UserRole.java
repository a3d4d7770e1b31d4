package org.pmuconnector.pmu.users;

import java.util.Locale;

/** What a user may do whatever region it is about. */
public enum UserRole {
    /** May do everything to every region, and give it to others. */
    ADMINISTRATOR,
    /** May create regions, and owns those. */
    CREATE;

    /** The role's name in the users' file. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
