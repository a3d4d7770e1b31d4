package org.pmuconnector.daemon;

import java.io.PrintWriter;
import org.pmuconnector.control.wire.CreateRegion;
import org.pmuconnector.control.wire.Level;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.control.wire.RetentionPolicy;
import org.pmuconnector.model.PersistenceLevel;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.model.Retention;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Creates a region. */
@Command(
        name = "create",
        description = "Creates a region. One that exists already with the same properties is left as it is.")
final class CreateCommand extends AddressedCommand {

    @Parameters(
            index = "1",
            paramLabel = "REGION",
            description = "1 to 128 letters, digits, dots, underscores and hyphens.")
    private String region;

    @Option(
            names = "--size",
            required = true,
            paramLabel = "SIZE",
            description = "At least 256k; rounded up to a multiple of 64k.")
    private ByteSize size;

    @Option(
            names = "--max-base",
            paramLabel = "SIZE",
            description = "The longest base, at most a quarter of the size; an eighth if left out.")
    private ByteSize maxBase;

    @Option(
            names = "--level",
            paramLabel = "LEVEL",
            description =
                    "What an acknowledged write survives: visible or persistent; the highest that the unit offers "
                            + "if left out.")
    private PersistenceLevel level;

    @Option(
            names = "--retain",
            paramLabel = "WHAT",
            defaultValue = "base",
            description = "What frees room: base or cleared.")
    private Retention retention;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        CreateRegion.Builder request = CreateRegion.newBuilder()
                .setRegion(region)
                .setSizeBytes(size.bytes())
                .setMaxBaseBytes(maxBase == null ? 0 : maxBase.bytes())
                .setRetention(
                        retention == Retention.CLEARED ? RetentionPolicy.RETAIN_CLEARED : RetentionPolicy.RETAIN_BASE);
        if (level != null) {
            request.setLevel(level == PersistenceLevel.PERSISTENT ? Level.PERSISTENT : Level.VISIBLE);
        }
        RegionState created = unit.create(request);
        out.println("region " + created.getRegion() + ", " + ByteSize.shown(created.getSizeBytes()) + ", level "
                + created.getLevel() + ", longest base " + ByteSize.shown(created.getMaxBaseBytes()));
        return 0;
    }
}
