package org.pmuconnector.daemon;

import java.io.PrintWriter;
import org.pmuconnector.control.wire.RegionState;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Makes a region longer. */
@Command(
        name = "grow",
        description = {
            "Makes a region longer; it keeps all that it holds. Its primary's epoch ends, as if another had taken over, and "
                    + "it can be claimed again when the region has grown: one with the role AUTO does so by itself.",
            "The unit needs room for the new size beside the old one until then. Waits until it is done; if this command or "
                    + "the unit is ended before that, the unit goes on with it by itself."
        })
final class GrowCommand extends AddressedCommand {

    private static final long LOOK_AGAIN_MILLIS = 50;

    @Parameters(index = "1", paramLabel = "REGION", description = "The region.")
    private String region;

    @Parameters(
            index = "2",
            paramLabel = "SIZE",
            description = "The new size, such as 256m; rounded up to the next multiple of the size that it has.")
    private ByteSize size;

    @Override
    int run(UnitAccess unit, PrintWriter out) throws PmuException {
        RegionState state = unit.grow(region, size.bytes());
        while (state.getSizeBytes() < size.bytes()) {
            if (!state.getEvidence().startsWith("growing")) {
                throw new PmuException(
                        ErrorCode.UNIT_IO, "region " + region + " has not grown: " + state.getEvidence());
            }
            pause();
            state = unit.region(region);
        }
        out.println("region " + region + ", " + ByteSize.shown(state.getSizeBytes()) + ": " + state.getEvidence());
        return 0;
    }

    private static void pause() throws PmuException {
        try {
            Thread.sleep(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PmuException(
                    ErrorCode.DEADLINE_EXCEEDED, "interrupted; the unit goes on making the region longer", e);
        }
    }
}
