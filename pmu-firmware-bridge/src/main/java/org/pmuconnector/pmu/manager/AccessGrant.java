package org.pmuconnector.pmu.manager;

import java.util.Set;

/**
 * A line of a region's access list.
 *
 * @param principal a user's name
 * @param rights of this user
 */
public record AccessGrant(String principal, Set<AccessRight> rights) {

    /** A grant whose rights do not change any more. */
    public AccessGrant {
        rights = Set.copyOf(rights);
    }
}
