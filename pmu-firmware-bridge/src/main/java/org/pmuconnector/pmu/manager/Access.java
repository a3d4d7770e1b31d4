package org.pmuconnector.pmu.manager;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.manager.catalog.CatalogGrant;
import org.pmuconnector.pmu.manager.catalog.CatalogRegion;
import org.pmuconnector.pmu.manager.catalog.CatalogRight;

/**
 * Who may do what with a region: its owner and administrators everything, others what its access list says. Whoever works
 * anonymously owns, where that is allowed at all, what was created anonymously. Pure.
 */
final class Access {

    /** The most lines of one access list: they share the region's catalog entry with its epochs and subscriptions. */
    static final int MOST_GRANTS = 16;

    private Access() {}

    static boolean allows(CatalogRegion entry, Principal principal, AccessRight right) {
        Set<AccessRight> rights = rights(entry, principal);
        return rights.contains(right) || (right == AccessRight.READ && rights.contains(AccessRight.WRITE));
    }

    /** Whether the principal may know of the region: it has any right. */
    static boolean sees(CatalogRegion entry, Principal principal) {
        return !rights(entry, principal).isEmpty();
    }

    private static Set<AccessRight> rights(CatalogRegion entry, Principal principal) {
        if (principal.isAdministrator() || entry.getOwner().equals(principal.name())) {
            return EnumSet.allOf(AccessRight.class);
        }
        for (CatalogGrant grant : entry.getAccessList()) {
            if (grant.getPrincipal().equals(principal.name())) {
                return rights(grant);
            }
        }
        return Set.of();
    }

    /** Refuses whoever has not the right. */
    static void require(ManagedRegion region, Principal principal, AccessRight right) throws PmuException {
        if (!allows(region.entry, principal, right)) {
            throw refused(
                    region, principal, right.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " it");
        }
    }

    /** Refuses whoever has no right at all. */
    static void requireSight(ManagedRegion region, Principal principal) throws PmuException {
        if (!sees(region.entry, principal)) {
            throw refused(region, principal, "see it");
        }
    }

    /** Refuses whoever may not create regions. */
    static void requireCreation(String name, Principal principal) throws PmuException {
        if (!principal.mayCreate()) {
            throw new PmuException(
                    ErrorCode.NOT_AUTHORIZED,
                    "region " + name + " does not exist, and " + principal
                            + " may not create regions; an operator can allow it with 'pmu user roles'");
        }
    }

    private static PmuException refused(ManagedRegion region, Principal principal, String what) {
        String owner = region.entry.getOwner();
        String wayOut = owner.isEmpty()
                ? "it was created anonymously, so that an administrator has to give it an owner with 'pmu access'"
                : "its owner " + owner + " or an administrator can allow it with 'pmu access'";
        return new PmuException(
                ErrorCode.NOT_AUTHORIZED,
                "region " + region.name() + ": " + principal + " may not " + what + "; " + wayOut);
    }

    static List<AccessGrant> grants(CatalogRegion entry) {
        return entry.getAccessList().stream()
                .map(grant -> new AccessGrant(grant.getPrincipal(), rights(grant)))
                .toList();
    }

    private static Set<AccessRight> rights(CatalogGrant grant) {
        Set<AccessRight> rights = EnumSet.noneOf(AccessRight.class);
        for (CatalogRight right : grant.getRightsList()) {
            switch (right) {
                case CATALOG_RIGHT_READ -> rights.add(AccessRight.READ);
                case CATALOG_RIGHT_WRITE -> rights.add(AccessRight.WRITE);
                case CATALOG_RIGHT_TAKE_OVER -> rights.add(AccessRight.TAKE_OVER);
                case CATALOG_RIGHT_ADMINISTER -> rights.add(AccessRight.ADMINISTER);
                // One that a later release knows allows nothing here.
                case CATALOG_RIGHT_UNSPECIFIED, UNRECOGNIZED -> {}
            }
        }
        return rights;
    }

    /** The entry with a change made. */
    static CatalogRegion changed(CatalogRegion entry, AccessChange change) throws PmuException {
        List<CatalogGrant> grants = new ArrayList<>(entry.getAccessList());
        for (AccessGrant grant : change.grants()) {
            grants.removeIf(present -> present.getPrincipal().equals(grant.principal()));
            if (!grant.rights().isEmpty()) {
                grants.add(catalogGrant(grant));
            }
        }
        if (grants.size() > MOST_GRANTS) {
            throw new PmuException(
                    ErrorCode.LIMIT_REACHED,
                    "region " + entry.getName() + ": an access list of " + grants.size() + " users; it can have "
                            + MOST_GRANTS);
        }
        CatalogRegion.Builder next = entry.toBuilder().clearAccess().addAllAccess(grants);
        if (change.owner() != null) {
            next.setOwner(change.owner());
        }
        return next.build();
    }

    private static CatalogGrant catalogGrant(AccessGrant grant) {
        CatalogGrant.Builder builder = CatalogGrant.newBuilder().setPrincipal(grant.principal());
        for (AccessRight right : EnumSet.copyOf(grant.rights())) {
            builder.addRights(
                    switch (right) {
                        case READ -> CatalogRight.CATALOG_RIGHT_READ;
                        case WRITE -> CatalogRight.CATALOG_RIGHT_WRITE;
                        case TAKE_OVER -> CatalogRight.CATALOG_RIGHT_TAKE_OVER;
                        case ADMINISTER -> CatalogRight.CATALOG_RIGHT_ADMINISTER;
                    });
        }
        return builder.build();
    }
}
