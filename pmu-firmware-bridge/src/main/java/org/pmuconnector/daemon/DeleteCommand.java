package org.pmuconnector.daemon;

import java.io.PrintWriter;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes a region. */
@Command(
        name = "delete",
        description = {
            "Deletes a region and all that it holds. It cannot be had back: export it first.",
            "Its room is free when it has been wiped, a little later."
        })
final class DeleteCommand extends AddressedCommand {

    @Parameters(index = "1", paramLabel = "REGION", description = "The region.")
    private String region;

    @Option(names = "--force", description = "Also while it has a primary, or one that may return.")
    private boolean force;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        unit.delete(region, force);
        out.println("deleted region " + region);
        return 0;
    }
}
