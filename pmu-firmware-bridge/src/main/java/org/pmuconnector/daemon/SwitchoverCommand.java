package org.pmuconnector.daemon;

import picocli.CommandLine.Command;

/** A planned change of the primary. */
@Command(
        name = "switchover",
        description = {
            "Has a region's primary hand it over to another instance, as before maintenance.",
            "The primary ends what it is writing and resigns; what it has acknowledged is kept, and what it refuses"
                    + " meanwhile succeeds at the new one."
        })
final class SwitchoverCommand extends SuccessionCommand {

    @Override
    boolean isForced() {
        return false;
    }
}
