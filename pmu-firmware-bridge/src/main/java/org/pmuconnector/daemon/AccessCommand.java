package org.pmuconnector.daemon;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.pmuconnector.control.wire.AccessGrant;
import org.pmuconnector.control.wire.AccessRight;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.SetAccess;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Shows and changes who may do what with a region. */
@Command(
        name = "access",
        description = {
            "Shows who may do what with a region, after the changes asked for.",
            "Rights: read, write (and read), take-over (become the primary, needs write), administer, all."
        })
final class AccessCommand extends AddressedCommand {

    @Parameters(index = "1", paramLabel = "REGION", description = "The region.")
    private String region;

    @Option(
            names = "--grant",
            paramLabel = "USER=RIGHT,...",
            converter = GrantConverter.class,
            description = "Let the user do that, and nothing else. May be given several times.")
    private List<AccessGrant> granted = List.of();

    @Option(
            names = "--revoke",
            paramLabel = "USER",
            description = "Let the user do nothing. May be given several times.")
    private List<String> revoked = List.of();

    @Option(names = "--owner", paramLabel = "USER", description = "Give the region to this user.")
    private String owner;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        SetAccess.Builder change = SetAccess.newBuilder().setRegion(region).addAllGrants(granted);
        revoked.forEach(user -> change.addGrants(AccessGrant.newBuilder().setPrincipal(user)));
        if (owner != null) {
            change.setOwner(owner);
        }
        boolean changes = owner != null || change.getGrantsCount() > 0;
        RegionState state = changes ? unit.setAccess(change) : unit.region(region);
        Table table = new Table("user", "rights");
        table.add(state.getOwner().isEmpty() ? "(anonymous)" : state.getOwner(), "owner");
        for (AccessGrant grant : state.getAccessList()) {
            table.add(
                    grant.getPrincipal(),
                    grant.getRightsList().stream().map(AccessCommand::shown).collect(Collectors.joining(",")));
        }
        table.print(out, json);
        return 0;
    }

    private static String shown(AccessRight right) {
        return right.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Such as {@code anna=read,write}. */
    static final class GrantConverter implements picocli.CommandLine.ITypeConverter<AccessGrant> {

        @Override
        public AccessGrant convert(String text) {
            int equals = text.indexOf('=');
            if (equals < 1) {
                throw new TypeConversionException("'" + text + "' is not USER=RIGHT,...; write for example anna=read");
            }
            AccessGrant.Builder grant = AccessGrant.newBuilder().setPrincipal(text.substring(0, equals));
            for (String right : text.substring(equals + 1).split(",", -1)) {
                switch (right.strip().toLowerCase(Locale.ROOT)) {
                    case "read" -> grant.addRights(AccessRight.READ);
                    case "write" -> grant.addRights(AccessRight.WRITE);
                    case "take-over" -> grant.addRights(AccessRight.TAKE_OVER);
                    case "administer" -> grant.addRights(AccessRight.ADMINISTER);
                    case "all" ->
                        grant.addRights(AccessRight.READ)
                                .addRights(AccessRight.WRITE)
                                .addRights(AccessRight.TAKE_OVER)
                                .addRights(AccessRight.ADMINISTER);
                    default ->
                        throw new TypeConversionException(
                                "'" + right + "' is no right; use read, write, take-over, administer or all");
                }
            }
            return grant.build();
        }
    }
}
