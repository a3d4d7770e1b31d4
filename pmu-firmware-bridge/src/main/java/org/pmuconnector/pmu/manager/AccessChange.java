package org.pmuconnector.pmu.manager;

import java.util.List;

/**
 * A change of a region's owner and access list.
 *
 * @param owner the new one; null to leave it
 * @param grants each in place of what the same principal had; without rights, nothing is left to it
 */
public record AccessChange(String owner, List<AccessGrant> grants) {

    /** A change that does not change any more. */
    public AccessChange {
        grants = List.copyOf(grants);
    }
}
